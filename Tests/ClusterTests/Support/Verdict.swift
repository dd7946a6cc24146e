import Testing
import WeChatSimulator

/// What a fault did to callers and to WeChat, in one line.
struct Verdict: CustomStringConvertible {
    var fault: String
    var gap: Duration?
    var refreshGap: Duration?
    var reads = 0
    var failedReads = 0
    /// Tokens that WeChat no longer accepted when they were delivered, on either reading of its promise.
    var deadTokens = 0
    /// Those of them that had just become the third newest, and are dead on the strict reading alone.
    var overtakenTokens = 0
    var slowestRead = Duration.zero
    var failedRefreshes = 0
    var issues = 0
    var overlaps = 0
    var terms = 0

    var description: String {
        """
        fault=\(fault) gap_ms=\(gap.milliseconds) refresh_gap_ms=\(refreshGap.milliseconds) \
        failed_reads=\(failedReads)/\(reads) failed_refreshes=\(failedRefreshes) issues=\(issues) \
        overlaps=\(overlaps) dead_tokens=\(deadTokens) overtaken_tokens=\(overtakenTokens) \
        slowest_read_ms=\(slowestRead.wholeMilliseconds) terms=\(terms)
        """
    }
}

extension Duration? {
    fileprivate var milliseconds: String {
        map { "\($0.wholeMilliseconds)" } ?? "-"
    }
}

/// Counts what WeChat has seen since it was made.
struct Checker {
    private let cluster: Cluster
    private let first: Int
    private let termsBefore: Int

    init(_ cluster: Cluster) {
        self.cluster = cluster
        first = cluster.lastCall
        termsBefore = cluster.terms
    }

    /// Calls to WeChat since then, of any kind.
    var calls: [SimulatedWeChat.CallRecord] { cluster.wechat.calls(after: first) }

    /// Calls that issued a token.
    var issues: Int { calls.filter { $0.outcome == .issued }.count }

    func issues(of app: ClusterPlan.App) -> Int {
        calls.filter { $0.appID == app.id && $0.outcome == .issued }.count
    }

    /// Weighs what the callers of `load` got, and prints it in one line.
    func verdict(
        on fault: String, _ load: Load, gap: Duration?, since instant: ContinuousClock.Instant
    ) -> Verdict {
        let reads = load.reads
        let verdict = Verdict(
            fault: fault, gap: gap, refreshGap: load.refreshGap(since: instant), reads: reads.count,
            failedReads: reads.count { $0.status != 200 || $0.token == nil },
            deadTokens: reads.count { $0.life == .over },
            overtakenTokens: reads.count { $0.life == .overtaken },
            slowestRead: reads.map { $0.end - $0.start }.max() ?? .zero,
            failedRefreshes: load.reports.count { $0.status != 200 },
            issues: issues, overlaps: overlaps, terms: terms)
        print(verdict)
        for report in load.reports where report.status != 200 {
            let (from, to) = ((report.start - instant).wholeMilliseconds, (report.end - instant).wholeMilliseconds)
            print("  refresh from \(from) ms to \(to) ms: \(report.status ?? 0) \(report.reason ?? "no answer")")
        }
        return verdict
    }

    /// How often a node has become the leader since then.
    var terms: Int { cluster.terms - termsBefore }

    /// Rotating calls of one app that were open at the same time, ever.
    var overlaps: Int { SimulatedWeChat.overlaps(in: cluster.wechat.calls(), scope: .rotating).count }
}

extension Cluster {
    var lastCall: Int { wechat.calls().last?.sequence ?? 0 }

    /// How often a node has become the leader, by the nodes' own word.
    var terms: Int {
        nodes.reduce(0) { $0 + $1.log.split(separator: "\n").count { $0.contains("took the lease") } }
    }

    /// Polls the nodes' own word every 10 ms until another than `old` leads.
    /// - Returns: who, and how long after `instant`.
    func takeover(
        from old: ClusterNode?, since instant: ContinuousClock.Instant, within limit: Duration = .seconds(20)
    ) async throws -> (leader: ClusterNode, gap: Duration) {
        let deadline = instant + limit
        return try await withThrowingTaskGroup(of: (ClusterNode, ContinuousClock.Instant).self) { group in
            for node in nodes where node !== old {
                group.addTask {
                    while await !node.leads() {
                        guard ContinuousClock.now < deadline else {
                            throw NotInTime(description: "another node leads: not within \(limit)")
                        }
                        try await letPass(.milliseconds(10))
                    }
                    return (node, .now)
                }
            }
            defer { group.cancelAll() }
            guard let (leader, at) = try await group.next() else { throw NotInTime(description: "nobody is left") }
            return (leader, at - instant)
        }
    }
}

extension Verdict {
    /// What holds in every fault: nobody fails to read, nobody gets a dead token, and WeChat is not called in vain.
    func expectUnnoticed(_ location: SourceLocation = #_sourceLocation) {
        #expect(reads > 0, sourceLocation: location)
        #expect(failedReads == 0, "\(self)", sourceLocation: location)
        #expect(deadTokens + overtakenTokens == 0, "\(self)", sourceLocation: location)
        #expect(issues == 0, "\(self)", sourceLocation: location)
        #expect(overlaps == 0, "\(self)", sourceLocation: location)
    }
}

extension Checker {
    /// Calls to WeChat by one node.
    func calls(by node: ClusterNode) -> Int { calls.count { $0.caller.node == node.name } }
}

extension Cluster {
    /// Where an app's record stands in Redis.
    func key(of app: ClusterPlan.App) -> String { "wxkeeper:{drill}:tok:\(app.id)" }

    func isStored(_ app: ClusterPlan.App) async throws -> Bool {
        try await redis.run("EXISTS", key(of: app)) == "1\n"
    }

    func storedToken(_ app: ClusterPlan.App) async throws -> String {
        String(try await redis.run("HGET", key(of: app), "token").dropLast())
    }
}

extension Duration {
    /// For people.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
