/// What those who report a token cost WeChat, and what their word is worth when WeChat cannot be asked.
///
/// One question answers everybody for a moment, and so many questions are allowed and no more. When WeChat refuses the
/// question itself (its quota is used up, the account lacks the right to it) nothing is known of the token. Then the
/// word of those who use it counts, if it stands: a token that is refused still, some seconds after it was first said
/// to be, is taken for dead. Whoever is wrong about that rotates a living token, but no oftener than `spacing` allows.
struct Inquiry: Sendable {
    /// When a token may be taken for dead on its users' word.
    struct Conditions: Equatable, Sendable {
        /// How long after the first report one must still be made.
        var standsFor: Duration
        /// Time between two tokens taken for dead; zero where external programs are known to end them.
        var spacing: Duration
        /// A report so long ago is forgotten.
        var memory: Duration
        /// No token may be replaced before then.
        var notBefore: Instant
    }

    /// WeChat's last word on a token: it lives.
    private var accepted: Fingerprint?
    private var lastAsked = Instant.origin
    private var questions = Allowance()
    /// No question before then, because WeChat refused the last one.
    private(set) var barredUntil = Instant.origin
    /// What it said.
    private(set) var trouble: Trouble?
    /// The token reported and not vouched for since, and when it first was.
    private var suspected: (token: Fingerprint, since: Instant)?
    private var lastPresumed: Instant?

    /// When WeChat may be asked again.
    func nextQuestion(_ policy: RefreshPolicy, life: Duration) -> Instant {
        max(lastAsked + policy.verdictHolds(life: life), questions.next(policy.questions(life: life)))
    }

    /// Whether WeChat's last word stands for this token: until the next question is allowed.
    func vouches(for token: Fingerprint, _ policy: RefreshPolicy, life: Duration, at now: Instant) -> Bool {
        accepted == token && now < nextQuestion(policy, life: life)
    }

    /// WeChat is asked because of a report.
    mutating func asked(_ policy: RefreshPolicy, life: Duration, at now: Instant) {
        accepted = nil
        lastAsked = now
        questions.take(policy.questions(life: life), at: now)
    }

    /// WeChat accepted this token.
    mutating func accepted(_ token: Fingerprint) {
        accepted = token
        suspected = nil
        (barredUntil, trouble) = (.origin, nil)
    }

    /// WeChat refused this token.
    mutating func condemned() {
        accepted = nil
        suspected = nil
        (barredUntil, trouble) = (.origin, nil)
    }

    /// WeChat refused the question.
    mutating func refused(_ trouble: Trouble, until moment: Instant) {
        self.trouble = trouble
        barredUntil = moment
    }

    /// Somebody reports the current token, about which WeChat cannot be asked.
    /// - Returns: when the token may be taken for dead if it is reported again then; nil: it is taken for dead now.
    mutating func reported(_ token: Fingerprint, _ conditions: Conditions, at now: Instant) -> Instant? {
        if suspected.map({ $0.token != token || now - $0.since > conditions.memory }) ?? true {
            suspected = (token, now)
        }
        let spaced = lastPresumed.map { $0 + conditions.spacing } ?? .origin
        let earliest = max((suspected?.since ?? now) + conditions.standsFor, max(spaced, conditions.notBefore))
        guard earliest <= now else { return earliest }
        suspected = nil
        lastPresumed = now
        return nil
    }
}
