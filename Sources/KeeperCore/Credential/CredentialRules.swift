// The rules that the safety of one credential rests on, each with its switch.
//
// `Rule` lists them; a test takes one out to show that its absence is noticed. Nothing else in this folder asks which
// rules are in force.
extension Rules {
    /// The budget rule: a call starts only if the lease outlasts it, so that nobody else can hold the lease while it is
    /// on the way.
    func allowsCall(withLeaseUntil end: Instant, budget: Duration, at now: Instant) -> Bool {
        end - now >= budget || !isInForce(.budget)
    }

    /// An app with an open intent of another term, or whose token is uncertain, waits δ longer at the start of a term:
    /// the last call of the term before may be processed late.
    func waitsLonger(mayHideIntent: Bool, isUncertain: Bool) -> Bool {
        (mayHideIntent || isUncertain) && isInForce(.openIntentWaitsLonger)
    }

    /// A living token is not replaced too soon, whoever asks: only "new and old" are promised to live, so a third token
    /// may end the one that clients hold.
    func earliestReplacement(ofTokenIssuedAt issuedAt: Instant, spacing: Duration) -> Instant {
        isInForce(.spacing) ? issuedAt + spacing : .origin
    }

    /// Not even a dead token is replaced at once: many who report it cost one rotation.
    func earliestReplacement(ofDeadToken earliest: @autoclosure () -> Instant) -> Instant {
        isInForce(.minimumSpacing) ? earliest() : .origin
    }

    /// A reported token is replaced only if WeChat refuses it: whoever reports may be wrong.
    func isToBeReplaced(isDead: Bool, isReported: Bool) -> Bool { isDead || isReported && !isInForce(.verifiesReports) }

    /// Whether WeChat's word on a token answers those who report it.
    var answersReports: Bool { isInForce(.verifiesReports) }

    /// A node never goes back to an older token, whatever the store shows.
    func keeps(_ known: Credential, against found: Credential) -> Bool {
        found.isOlder(than: known) && isInForce(.versionsNeverFall)
    }

    /// A call of unknown outcome leaves an uncertainty if it is of a kind that rotates: it may have been obeyed.
    func leavesUncertainty(unknownOutcomeOf kind: CallKind) -> Bool { kind.rotates && isInForce(.uncertainty) }

    /// After a call of unknown outcome nothing is called until WeChat can no longer be late (δ): the token of a call
    /// between would be replaced by the late one.
    /// - Returns: that time; nil if nothing needs to be waited for.
    func pauseAfterUnknown(_ timing: LeaseTiming) -> Duration? { isInForce(.waitsAfterUnknown) ? timing.lateness : nil }

    /// A token's life is counted from before the call: whenever WeChat began it, it was not earlier.
    func lifeBegins(calledAt begun: Instant, answeredAt now: Instant) -> Instant {
        isInForce(.lifeFromRequest) ? begun : now
    }
}
