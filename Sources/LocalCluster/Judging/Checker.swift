package import ClusterObservation
package import WeChatSimulator

/// Counts what WeChat has seen since it was made.
package struct Checker: Sendable {
    private let cluster: Cluster
    private let first: Int
    private let termsBefore: Int

    package init(_ cluster: Cluster) {
        self.cluster = cluster
        first = cluster.lastCall
        termsBefore = cluster.terms
    }

    /// Calls to WeChat since then, of any kind.
    package var calls: [SimulatedWeChat.CallRecord] { cluster.wechat.calls(after: first) }

    /// Calls to WeChat by one node.
    package func calls(by node: ClusterNode) -> Int { calls.count { $0.caller.node == node.name } }

    /// Calls that issued a token.
    package var issues: Int { calls.filter { $0.outcome == .issued }.count }

    package func issues(of app: ClusterPlan.App) -> Int {
        calls.filter { $0.appID == app.id && $0.outcome == .issued }.count
    }

    /// How often a node has become the leader since then.
    package var terms: Int { cluster.terms - termsBefore }

    /// Rotating calls of one app that were open at the same time, ever.
    package var overlaps: Int { SimulatedWeChat.overlaps(in: cluster.wechat.calls(), scope: .rotating).count }

    /// Weighs what the callers of `load` got.
    package func weigh(
        _ fault: String, _ load: Load, gap: Duration?, since instant: ContinuousClock.Instant
    ) -> Verdict {
        let reads = load.reads
        let lives = reads.map(\.life) + load.reports.map(\.life)
        return Verdict(
            fault: fault, gap: gap, refreshGap: load.refreshGap(since: instant), reads: reads.count,
            failedReads: reads.count(where: \.hasFailed),
            deadTokens: lives.count { $0 == .over }, overtakenTokens: lives.count { $0 == .overtaken },
            slowestRead: reads.map { $0.end - $0.start }.max() ?? .zero,
            refreshes: load.reports.count,
            failedRefreshes: load.reports.count { $0.status != 200 },
            fetches: calls.count { $0.endpoint.bringsToken },
            issues: issues, overlaps: overlaps, terms: terms)
    }
}

/// A node has become the leader.
package struct Takeover: Sendable {
    package let leader: ClusterNode
    /// How long after the instant asked for.
    package let gap: Duration
    /// For how much of that this machine let nobody run, as far as who watched could tell.
    package let stalled: Duration
}

extension Cluster {
    package var lastCall: Int { wechat.calls().last?.sequence ?? 0 }

    /// How often a node has become the leader, by the nodes' own word.
    package var terms: Int {
        nodes.reduce(0) { $0 + $1.log.split(separator: "\n").count { $0.contains("took the lease") } }
    }

    /// Polls the nodes' own word every 10 ms until another than `old` leads.
    package func takeover(
        from old: ClusterNode?, since instant: ContinuousClock.Instant, within limit: Duration = .seconds(20)
    ) async throws -> Takeover {
        let deadline = instant + limit
        return try await withThrowingTaskGroup(of: Takeover.self) { group in
            for node in nodes where node !== old {
                group.addTask {
                    var stalled = Duration.zero
                    while await !node.leads() {
                        guard ContinuousClock.now < deadline else {
                            throw NotInTime(description: "another node leads: not within \(limit)")
                        }
                        stalled += try await stall(in: .milliseconds(10))
                    }
                    return Takeover(leader: node, gap: .now - instant, stalled: stalled)
                }
            }
            defer { group.cancelAll() }
            guard let takeover = try await group.next() else { throw NotInTime(description: "nobody is left") }
            return takeover
        }
    }

    /// Where an app's record stands in Redis.
    package func key(of app: ClusterPlan.App) -> String { "wxkeeper:{\(ClusterPlan.clusterName)}:tok:\(app.id)" }

    package func isStored(_ app: ClusterPlan.App) async throws -> Bool {
        try await redis.run("EXISTS", key(of: app)) == "1\n"
    }

    package func storedToken(_ app: ClusterPlan.App) async throws -> String {
        String(try await redis.run("HGET", key(of: app), "token").dropLast())
    }
}
