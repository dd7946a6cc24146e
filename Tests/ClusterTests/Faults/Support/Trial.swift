import ClusterObservation
import Foundation
import LocalCluster
import Testing

/// Whether there is time for every case of every test: if `WXKEEPER_LONG` is set.
///
/// Without it some stand for all.
let isLong = ProcessInfo.processInfo.environment["WXKEEPER_LONG"] != nil

/// `some` cases of a test; if there is time, the `rest` too.
func cases<Case>(_ some: [Case], _ rest: [Case]) -> [Case] { isLong ? some + rest : some }

/// A fault that is done to a cluster while callers read and report.
struct Trial {
    let load: Load
    let checker: Checker
    let start: ContinuousClock.Instant

    /// Waits until a refresh that began after `instant` is answered.
    func refreshIsAnswered(since instant: ContinuousClock.Instant) async throws {
        try await eventually("a refresh is answered") { load.refreshGap(since: instant) != nil }
    }
}

extension Cluster {
    /// Runs `body` under load, waits until all is well again, and prints what came of it in one line.
    /// - Returns: What came of it, and what `body` returned.
    func trial<Value: Sendable>(
        _ fault: String, _ body: (Trial) async throws -> Value
    ) async throws -> (verdict: Verdict, value: Value) {
        let checker = Checker(self)
        var start = ContinuousClock.now
        var value: Value?
        let load = try await underLoad { load in
            start = .now
            let trial = Trial(load: load, checker: checker, start: start)
            value = try await body(trial)
            try await awaitHealth()
            _ = try await awaitLeader()
        }
        let gap = (value as? Takeover)?.gap
        let verdict = checker.verdict(on: fault, load, gap: gap, since: start)
        return (verdict, try #require(value))
    }

    /// Lines of the nodes' logs with these words, since they were started.
    func lines(saying words: String) -> Int {
        nodes.reduce(0) { $0 + $1.log.split(separator: "\n").count { $0.contains(words) } }
    }

    /// How often a node has lost its lease because it was not renewed in time.
    var lapses: Int { lines(saying: "the lease ran out") }

    /// The newest term any node knows.
    func epoch() async throws -> UInt64 {
        var newest: UInt64 = 0
        for node in nodes { newest = max(newest, (try? await node.health())?.epoch ?? 0) }
        return newest
    }

    func followers(of leader: ClusterNode) -> [ClusterNode] { nodes.filter { $0 !== leader } }

    /// A key of the cluster's in Redis, such as `lock`.
    func key(_ name: String) -> String { "wxkeeper:{\(ClusterPlan.clusterName)}:\(name)" }
}

extension ClusterPlan {
    /// Lives so short that a young token may be replaced within the time a request is held, and so long that none is
    /// due while a test runs.
    static var soonRotated: ClusterPlan { ClusterPlan(lifetime: .seconds(56), overlap: .seconds(14)) }
}

extension Verdict {
    /// What holds where a token is replaced: nobody fails to read, nobody gets a token that is dead for certain, and
    /// no two calls overlap.
    ///
    /// If WeChat issued a token in vain, its successor is the third within the overlap, and on the strict reading the
    /// first dies before any node can know the third: for a moment only.
    func expectRepaired(issues expected: Int, _ location: SourceLocation = #_sourceLocation) {
        #expect(reads > 0, sourceLocation: location)
        #expect(failedReads == 0, "\(self)", sourceLocation: location)
        #expect(deadTokens == 0, "\(self)", sourceLocation: location)
        #expect(overtakenTokens <= reads / 50, "\(self)", sourceLocation: location)
        #expect(issues == expected, "\(self)", sourceLocation: location)
        #expect(overlaps == 0, "\(self)", sourceLocation: location)
    }
}
