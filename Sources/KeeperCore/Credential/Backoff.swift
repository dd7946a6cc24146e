/// When WeChat may be called again for one app after a call that brought no token, and when the store may be told again
/// what it did not take.
///
/// Three reasons to wait for WeChat, independent of each other: our own back-off, WeChat's word, and a call that may
/// still be processed. The latest of them counts. None of them keeps the store from being told, and the store keeps
/// nobody from calling.
struct Backoff: Sendable {
    /// In a row; each doubles the pause.
    private var failures = 0
    /// Ours: after a failure, or after an answer that was no news.
    private var callAgainAt = Instant.origin
    /// After a command that the store did not take.
    private var tellAgainAt = Instant.origin
    /// WeChat's.
    ///
    /// Set only together with a trouble that it has named.
    private var pausedUntil = Instant.origin
    /// What WeChat said if the configuration is wrong: then an operator's request asks all the same.
    @Boxed private(set) var stoppedBy: Trouble?
    /// A call of unknown outcome may be processed until then.
    private var unknownUntil = Instant.origin
    /// When WeChat was last asked for a token; nil: not yet.
    private var askedAt: Instant?

    /// What the length of a pause depends on.
    struct Circumstances {
        /// The call may have replaced the token all the same.
        var isUncertain = false
        /// Little is left of the token, or it is dead, or uncertain: every try counts.
        var isUrgent: Bool
        var life: Duration?
    }

    /// No call for a token before then.
    var earliestCall: Instant { max(pausedUntil, max(callAgainAt, unknownUntil)) }

    /// No command to the store before then.
    var earliestCommand: Instant { tellAgainAt }

    /// How long WeChat wants to be left alone; nil if it does not.
    func pause(at now: Instant) -> Duration? { pausedUntil > now ? pausedUntil - now : nil }

    /// The moment so long after the last call for a token; it may have passed.
    func spaced(by pause: Duration) -> Instant { askedAt.map { $0 + pause } ?? .origin }

    /// WeChat was asked for a token, at that moment.
    mutating func asked(at moment: Instant) { askedAt = moment }

    /// A call, or its announcement, is to be tried again then.
    mutating func callAgain(at moment: Instant) { callAgainAt = moment }

    /// The store is to be told again then.
    mutating func tellAgain(at moment: Instant) { tellAgainAt = moment }

    /// A call was answered with a token.
    mutating func succeeded() { (failures, pausedUntil) = (0, .origin) }

    /// A call brought none.
    /// - Returns: how long nothing is tried.
    mutating func failed(
        _ trouble: Trouble, _ reaction: Refusal.Reaction, _ circumstances: Circumstances, _ policy: RefreshPolicy,
        pauseAfterUnknown: Duration?, at now: Instant, random: inout SplitMix64
    ) -> Duration {
        failures += 1
        stoppedBy = reaction == .stop ? trouble : nil
        if let pause = policy.pause(after: reaction) {
            pausedUntil = now + pause
            return pause
        }
        // The first repair waits only until WeChat can no longer be late.
        let firstRepair = circumstances.isUncertain && failures <= 1 ? pauseAfterUnknown : nil
        let pause =
            firstRepair
            ?? policy.backOff(
                failures: failures, life: circumstances.life, isUrgent: circumstances.isUrgent,
                chance: random.nextUnit())
        callAgainAt = now + pause
        return pause
    }

    /// A call may be processed until then, and replace whatever is fetched before.
    mutating func mayBeProcessed(until moment: Instant) { unknownUntil = moment }

    /// An operator asks: whoever operates may have mended what is wrong.
    mutating func operatorAsked() { if stoppedBy != nil { pausedUntil = .origin } }

    /// The configuration was read again: what was wrong with it may be right now.
    mutating func configured() {
        guard stoppedBy != nil else { return }
        stoppedBy = nil
        (pausedUntil, callAgainAt) = (.origin, .origin)
    }
}
