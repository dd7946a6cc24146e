/// When the leader asks WeChat of its own accord whether the current token lives.
///
/// Two refusals make a verdict, for WeChat itself may be behind with what it has just issued. A token that was found in
/// the store by a node that knew none is asked about in any case, once (`Recollection`).
struct TokenWatch: Sendable {
    /// When the next watch is due.
    private var next = Instant.origin
    /// Refusals of the current token in a row; fewer than two.
    private var refusals = 0
    /// When a token is asked about that nobody vouches for; nil: somebody does.
    private var proofAt: Instant?

    /// Whether the current token was found in the store by a node that knew none, so that it may have been replaced.
    var isUnproven: Bool { proofAt != nil }

    /// When the watch is due for a token.
    func due(issuedAt: Instant, life: Duration, _ policy: RefreshPolicy) -> Instant {
        max(next, issuedAt + policy.watchGrace(life: life))
    }

    /// When an unproven token is to be asked about; nil if it is proven.
    func proofDue(issuedAt: Instant, life: Duration, _ policy: RefreshPolicy) -> Instant? {
        proofAt.map { max($0, issuedAt + policy.watchGrace(life: life)) }
    }

    /// A term begins: what is to be asked is spread over one period, so that ten thousand apps do not ask at once.
    ///
    /// What WeChat said in an earlier term is no part of a verdict: another leader may have learned better.
    mutating func termBegan(_ policy: RefreshPolicy, chance: Double, at now: Instant) {
        (next, refusals) = (now + policy.watchPeriod.scaled(by: chance), 0)
        if isUnproven { proofAt = now + policy.crowd.scaled(by: chance) }
    }

    /// Another version is known.
    mutating func tokenChanged(_ policy: RefreshPolicy, at now: Instant) {
        (next, refusals, proofAt) = (now + policy.watchPeriod, 0, nil)
    }

    /// The token was found in the store, and nobody has vouched for it.
    mutating func distrust(_ policy: RefreshPolicy, chance: Double, at now: Instant) {
        proofAt = now + policy.crowd.scaled(by: chance)
    }

    /// Somebody vouches for the token.
    mutating func trust() { proofAt = nil }

    /// WeChat was asked, for whatever reason.
    mutating func asked(_ policy: RefreshPolicy, at now: Instant) { next = now + policy.watchPeriod }

    /// What was asked about is the current token no more.
    mutating func wasOvertaken() { refusals = 0 }

    /// WeChat accepted the token.
    mutating func accepted() { (refusals, proofAt) = (0, nil) }

    /// WeChat refused the token.
    /// - Returns: whether that is the verdict; if not, it is asked again in a moment.
    mutating func refused(life: Duration, isReported: Bool, _ policy: RefreshPolicy, at now: Instant) -> Bool {
        refusals += 1
        guard isReported || refusals > 1 else {
            next = now + policy.watchConfirmation(life: life)
            if isUnproven { proofAt = next }
            return false
        }
        refusals = 0
        return true
    }

    /// WeChat refused the question, and is left alone until then.
    mutating func barred(until moment: Instant) { next = max(next, moment) }

    /// WeChat did not answer.
    mutating func unanswered(life: Duration, _ policy: RefreshPolicy, at now: Instant) {
        if isUnproven { proofAt = now + policy.proofPause(life: life) }
    }
}
