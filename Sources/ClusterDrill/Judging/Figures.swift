internal import ClusterObservation
internal import LocalCluster

/// What a drill has measured; nil where nobody could.
struct Figures: Sendable, Equatable {
    /// From the fault, or from when another node could lead again, until another node led; the worst of several.
    var takeover: Duration?
    /// For how much of `takeover` this machine let nobody run.
    var stalled = Duration.zero
    /// The longest time after the fault in which no refresh was answered.
    var refreshGap: Duration?
    var reads = 0
    var failedReads = 0
    /// Tokens that WeChat did not accept when they were delivered.
    var deadTokens: Int?
    var refreshes: Int?
    var failedRefreshes: Int?
    /// Calls of WeChat for a token.
    var fetches: Int?
    /// Rotating calls of one app that were open at the same time.
    var overlaps: Int?
    var latency: Latency?

    /// How long reads took.
    struct Latency: Sendable, Equatable {
        var median, p99, slowest: Duration

        /// Nil for no durations.
        init?(of durations: [Duration]) {
            let sorted = durations.sorted()
            guard let last = sorted.last else { return nil }
            median = sorted[sorted.count / 2]
            p99 = sorted[sorted.count * 99 / 100]
            slowest = last
        }
    }
}

extension Figures {
    /// What the callers of a private cluster got, with WeChat's own word for the rest.
    init(_ load: Load, _ checker: Checker, since fault: ContinuousClock.Instant) {
        let verdict = checker.weigh("", load, gap: nil, since: fault)
        self.init(
            refreshGap: load.longestPause(since: fault), reads: verdict.reads,
            failedReads: verdict.failedReads, deadTokens: verdict.deadTokens + verdict.overtakenTokens,
            refreshes: verdict.refreshes, failedRefreshes: verdict.failedRefreshes, fetches: verdict.fetches,
            overlaps: verdict.overlaps, latency: Latency(of: load.reads.map { $0.end - $0.start }))
    }
}
