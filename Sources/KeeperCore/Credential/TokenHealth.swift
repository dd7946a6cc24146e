/// Whether the current token lives: what WeChat says of it, what its users say, and what the dead ones have cost.
///
/// What is known here is of the current token only; another version begins anew, but for the costs.
struct TokenHealth: Sendable {
    private var watch = TokenWatch()
    private var repair = Repair()
    private var reports = Reports()

    /// What a refusal of the current token by WeChat means.
    enum Refusal: Equatable, Sendable {
        /// Nothing yet, or nothing new.
        case nothing
        /// It is dead, which was to be expected: it was uncertain.
        case expected
        /// It is dead, and was never known to live: the store was behind when this node came.
        case storeWasBehind
        /// It is dead although nobody here replaced it.
        case endedFromOutside
    }

    /// Whether the current token was ended before its time.
    var isDead: Bool { repair.isDead }

    /// Whether a program outside the cluster has ended it.
    var isRotatedExternally: Bool { repair.isRotatedExternally }

    /// Whether nobody vouches for the current token, which was found in the store.
    var isUnproven: Bool { watch.isUnproven }

    /// The term in which this node has acted last.
    var term: Epoch { reports.term }

    /// Why WeChat refuses to be asked; nil if it does not.
    var trouble: Trouble? { reports.trouble }

    /// When another dead token may be replaced; it may have passed.
    func nextRepair(_ policy: RefreshPolicy, life: Duration) -> Instant { repair.next(policy.repairs(life: life)) }

    /// When WeChat may be asked about a token that is reported.
    func nextQuestion(_ policy: RefreshPolicy, life: Duration) -> Instant { reports.nextQuestion(policy, life: life) }

    /// When an unproven token is to be asked about; nil if somebody vouches for it.
    func proofDue(issuedAt: Instant, life: Duration, _ policy: RefreshPolicy) -> Instant? {
        watch.proofDue(issuedAt: issuedAt, life: life, policy).map { max($0, reports.barredUntil) }
    }

    /// When the watch is due.
    func watchDue(issuedAt: Instant, life: Duration, _ policy: RefreshPolicy) -> Instant {
        watch.due(issuedAt: issuedAt, life: life, policy)
    }

    /// What is to be said to somebody who reports the current token.
    func judge(
        _ token: Fingerprint, life: Duration, isAsking: Bool, patience: Instant, _ policy: RefreshPolicy,
        at now: Instant
    ) -> Reports.Judgement {
        if repair.isDead { return .open }
        return reports.judge(token, life: life, isAsking: isAsking, patience: patience, policy, at: now)
    }
}

// MARK: The token and the term

extension TokenHealth {
    /// This node acts in a term: if it is a new one, reports are forgotten and the watch is spread anew.
    mutating func began(_ epoch: Epoch, _ policy: RefreshPolicy, random: inout SplitMix64, at now: Instant) {
        guard reports.began(epoch) else { return }
        watch.termBegan(policy, chance: random.nextUnit(), at: now)
    }

    /// Another version is known.
    mutating func tokenChanged(_ policy: RefreshPolicy, at now: Instant) {
        watch.tokenChanged(policy, at: now)
        repair.tokenChanged()
    }

    /// The token was found in the store, and nobody has vouched for it.
    mutating func distrust(_ policy: RefreshPolicy, random: inout SplitMix64, at now: Instant) {
        watch.distrust(policy, chance: random.nextUnit(), at: now)
    }

    /// Somebody vouches for the token.
    mutating func trust() { watch.trust() }

    /// WeChat has named the current token: it lives after all.
    mutating func lives() { repair.lives() }

    /// The configuration was read again: so may be what let an external program in.
    mutating func configured(_ policy: RefreshPolicy, life: Duration?) {
        if repair.isDead, let life { repair.grantOne(policy.repairs(life: life)) }
    }
}

// MARK: Replacing dead tokens

extension TokenHealth {
    /// What others have spent today is counted once a term.
    mutating func count(
        _ rotationsToday: Int, in epoch: Epoch, _ policy: RefreshPolicy, life: Duration, at now: Instant
    ) {
        repair.count(rotationsToday, in: epoch, policy.repairs(life: life), at: now)
    }

    /// A dead token is about to be replaced.
    mutating func repairs(_ policy: RefreshPolicy, life: Duration, at now: Instant) {
        repair.take(policy.repairs(life: life), at: now)
    }

    /// The call that should have replaced it was never sent.
    mutating func repairWasNotSent(_ policy: RefreshPolicy, life: Duration) {
        repair.grantOne(policy.repairs(life: life))
    }
}

// MARK: What WeChat and its callers say

extension TokenHealth {
    /// WeChat is asked about the token.
    mutating func asks(because reason: Work.ProbeReason, _ policy: RefreshPolicy, life: Duration, at now: Instant) {
        if reason == .reported { reports.asked(policy, life: life, at: now) }
    }

    /// The question is over, whatever has come of it.
    mutating func asked(_ policy: RefreshPolicy, at now: Instant) { watch.asked(policy, at: now) }

    /// What was asked about is the current token no more.
    mutating func wasOvertaken() { watch.wasOvertaken() }

    /// WeChat accepted the token.
    mutating func accepted(_ token: Fingerprint) {
        watch.accepted()
        reports.accepted(token)
    }

    /// WeChat refused the token.
    mutating func refused(
        life: Duration, isReported: Bool, isUncertain: Bool, _ policy: RefreshPolicy, at now: Instant
    ) -> Refusal {
        guard watch.refused(life: life, isReported: isReported, policy, at: now) else { return .nothing }
        let wasDead = repair.isDead
        repair.died()
        reports.condemned()
        if wasDead { return .nothing }
        // Not proven it stays, until another takes its place.
        if watch.isUnproven { return .storeWasBehind }
        if isUncertain { return .expected }
        repair.wasRotatedExternally()
        return .endedFromOutside
    }

    /// WeChat refused the question.
    mutating func questionRefused(_ trouble: Trouble, until moment: Instant) {
        reports.refused(trouble, until: moment)
        watch.barred(until: moment)
    }

    /// WeChat did not answer.
    mutating func unanswered(life: Duration, _ policy: RefreshPolicy, at now: Instant) {
        watch.unanswered(life: life, policy, at: now)
    }

    /// Somebody reports the token, about which WeChat cannot be asked.
    /// - Returns: when its users' word counts if it is reported again then; nil: it is to be taken for dead now.
    mutating func reported(_ token: Fingerprint, _ conditions: Inquiry.Conditions, at now: Instant) -> Instant? {
        reports.reported(token, conditions, at: now)
    }

    /// It is taken for dead without WeChat's word.
    mutating func presumedDead() { repair.died() }
}
