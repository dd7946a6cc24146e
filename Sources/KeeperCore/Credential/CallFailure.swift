/// What a call that brought no token means for the next one and for the store.
struct CallFailure: Equatable, Sendable {
    let trouble: Trouble
    /// Whether it may have rotated the token all the same.
    let effect: Abortion.Effect
    let reaction: Refusal.Reaction

    /// Whether WeChat answered, so that nobody needs to wait for what another node makes of it.
    var wasAnswered: Bool { trouble.errcode != nil && !effect.mayHaveRotated }

    init(refused refusal: Refusal) { (trouble, effect, reaction) = (refusal.trouble, .none, refusal.reaction) }

    init(notSent trouble: Trouble) { (self.trouble, effect, reaction) = (trouble, .unsent, .backOff) }

    init(
        unknown trouble: Trouble, _ context: Work.CallContext, _ settings: RefresherSettings, at now: Instant
    ) {
        let timing = settings.policy.timing
        // Frozen between the last check and the first byte, it may have sent after a successor thought it over.
        let isLate = now - context.begun > timing.callTimeout + timing.guardTime
        let leavesUncertainty = settings.rules.leavesUncertainty(unknownOutcomeOf: context.kind)
        (self.trouble, reaction) = (trouble, .backOff)
        effect = !leavesUncertainty ? .none : isLate ? .late : .unknown
    }
}
