/// What those who report the current token have cost and are worth in one term.
///
/// There is an inquiry only once WeChat was asked because of a report, or refused a question; without one every report
/// is a reason to ask.
struct Reports: Sendable {
    /// The term in which this node has acted for the app last; what was known in an earlier one is forgotten.
    private(set) var term = Epoch.none
    @Boxed private var inquiry: Inquiry?

    /// What is to be said to somebody who reports the current token.
    enum Judgement: Equatable, Sendable {
        /// Nothing yet: WeChat is to be asked, or is being asked.
        case open
        /// WeChat has said a moment ago that the token lives.
        case lives
        /// WeChat refuses to be asked, so the word of those who report it counts.
        case counts
        /// Nobody who waits so short a time can be told: WeChat is not asked before then.
        case tooSoon(until: Instant)
    }

    /// Why WeChat refuses to be asked; nil if it does not, as far as is known.
    var trouble: Trouble? { inquiry?.trouble }

    /// No question before then because WeChat refused the last one.
    var barredUntil: Instant { inquiry?.barredUntil ?? .origin }

    /// When WeChat may be asked because of a report.
    func nextQuestion(_ policy: RefreshPolicy, life: Duration) -> Instant {
        inquiry.map { max($0.nextQuestion(policy, life: life), $0.barredUntil) } ?? .origin
    }

    /// - Parameter patience: until when the one who reports would wait.
    func judge(
        _ token: Fingerprint, life: Duration, isAsking: Bool, patience: Instant, _ policy: RefreshPolicy,
        at now: Instant
    ) -> Judgement {
        guard let inquiry else { return .open }
        if now < inquiry.barredUntil { return .counts }
        if inquiry.vouches(for: token, policy, life: life, at: now) { return .lives }
        if isAsking { return .open }
        let next = inquiry.nextQuestion(policy, life: life)
        return next > patience ? .tooSoon(until: next) : .open
    }

    /// This node acts in a term.
    /// - Returns: whether it is another than last time.
    mutating func began(_ epoch: Epoch) -> Bool {
        guard epoch != term else { return false }
        term = epoch
        inquiry = nil
        return true
    }

    /// WeChat is asked because of a report.
    mutating func asked(_ policy: RefreshPolicy, life: Duration, at now: Instant) {
        change { $0.asked(policy, life: life, at: now) }
    }

    /// WeChat accepted the token.
    mutating func accepted(_ token: Fingerprint) { inquiry?.accepted(token) }

    /// WeChat refused the token.
    mutating func condemned() { inquiry?.condemned() }

    /// WeChat refused the question.
    mutating func refused(_ trouble: Trouble, until moment: Instant) { change { $0.refused(trouble, until: moment) } }

    /// Somebody reports the current token, about which WeChat cannot be asked.
    /// - Returns: when the token may be taken for dead if it is reported again then; nil: it is taken for dead now.
    mutating func reported(_ token: Fingerprint, _ conditions: Inquiry.Conditions, at now: Instant) -> Instant? {
        change { $0.reported(token, conditions, at: now) }
    }

    private mutating func change<Answer>(_ body: (inout Inquiry) -> Answer) -> Answer {
        var changed = inquiry ?? Inquiry()
        defer { inquiry = changed }
        return body(&changed)
    }
}
