/// All that is decided on about one credential, as it is at one moment: who plans, and who answers those who wait,
/// looks at this and at nothing else.
///
/// Plain values and read-only copies of small machines: it is made for every decision, so it holds no token.
struct CredentialView: Sendable {
    let line: CredentialLine
    let policy: RefreshPolicy
    let rules: Rules
    /// The newest token known; nil if there is none.
    let token: TokenTimes?
    /// Whether the store holds it.
    let isStored: Bool
    /// An open intent of this process that never went on to call: its `begin` ran although we had given it up.
    let orphan: IntentID?
    let uncertainty: Uncertainty
    /// Intents begun today, as the store counts them.
    let rotationsToday: Int
    /// When the token is due; nil if there is none.
    let due: Instant?
    let health: TokenHealth
    let backoff: Backoff
    /// Whether what brings the token is there: for a ticket the token of its app.
    let canBeFetched: Bool
    /// Whether an operator waits for another token.
    ///
    /// An operator's wish lasts as long as the operator waits: nobody who was sent away must be surprised by a later
    /// rotation.
    let operatorWaits: Bool
    /// Whether somebody who waits here says that WeChat refused the token.
    let isReported: Bool

    /// The times of a token.
    struct TokenTimes: Equatable, Sendable {
        var life: Duration
        var issuedAt: Instant
        var expiresAt: Instant
    }

    /// Why the token may not be the newest.
    struct Uncertainty: Equatable, Sendable {
        /// Since when; nil without uncertainty.
        var since: Instant?
        /// Whether it is uncertain for another reason than an open intent.
        var isBeyondIntent = false
        /// The term of the open intent; nil if none is shown.
        var intentEpoch: Epoch?
        /// Whether an intent may be open that is not shown.
        var mayHideIntent = false
    }

    /// The token, if it is within its life.
    func validToken(at now: Instant) -> TokenTimes? { token.flatMap { now < $0.expiresAt ? $0 : nil } }

    /// Why a token that is not due is to be replaced.
    var wanted: RotationReason? {
        if rules.isToBeReplaced(isDead: health.isDead, isReported: isReported) { return .dead }
        return operatorWaits ? .operatorAsked : nil
    }

    /// Whether today no token may be replaced any more but those that are due.
    func isBudgetSpent(_ kind: CallKind) -> Bool { rotationsToday >= policy.dailyBudget(kind, life: token?.life) }
}
