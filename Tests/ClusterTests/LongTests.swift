import ClusterObservation
import Foundation
import KeeperCore
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// What takes minutes: only if there is time, as in `deploy/test.sh --long`.
    @Suite(.serialized, .enabled(if: isLong)) struct LongTests {
        @Test func fiftyKillsOfASupervisedLeader_AreOverInHalfASecondEach() async throws {
            try await repeated("kill -9 of a supervised leader", bound: .milliseconds(500)) { leader in
                try leader.send(.kill)
            } afterwards: { leader in
                // A supervisor waits longer before each restart, so it is replaced with its node.
                try leader.askToLeave()
            }
        }

        @Test func fiftyDeparturesOfALeader_AreOverInThreeTenthsOfASecondEach() async throws {
            try await repeated("SIGTERM of the leader", bound: .milliseconds(300)) { leader in
                try leader.askToLeave()
            } afterwards: { _ in
                // Told once: a second time would end it at once, without serving on.
            }
        }

        /// Does the same to one leader after another, and judges the worst.
        private func repeated(
            _ fault: String, bound: Duration, act: (ClusterNode) throws -> Void,
            afterwards: (ClusterNode) async throws -> Void
        ) async throws {
            var plan = ClusterPlan()
            plan.isSupervised = true
            try await withCluster(plan) { cluster in
                let checker = Checker(cluster)
                let start = ContinuousClock.now
                var takeovers: [Takeover] = []
                var refreshGaps: [Duration] = []
                let load = try await cluster.underLoad { load in
                    for _ in 0..<Long.repetitions {
                        let leader = try await cluster.awaitLeader()
                        let instant = ContinuousClock.now
                        try act(leader)
                        takeovers.append(try await cluster.takeover(from: leader, since: instant))
                        try await eventually("a refresh is answered") { load.refreshGap(since: instant) != nil }
                        refreshGaps.append(load.refreshGap(since: instant) ?? .zero)
                        try await afterwards(leader)
                        _ = try await leader.process.ended(within: .seconds(30))
                        try await leader.start()
                        try await cluster.awaitHealth()
                    }
                }
                let verdict = checker.verdict(on: fault, load, gap: takeovers.map(\.gap).max(), since: start)
                print("takeover of \(takeovers.count): \(Spread(takeovers.map(\.gap)))")
                print("refresh gap of \(refreshGaps.count): \(Spread(refreshGaps))")
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms == Long.repetitions)
                for takeover in takeovers { takeover.expect(atMost: bound) }
            }
        }

        /// A random fault every ten seconds; between them everything is whole again.
        @Test func chaos_IsMissedByNobody_AndLeavesNoTraceInMemory() async throws {
            var plan = ClusterPlan(lifetime: .seconds(300), overlap: .seconds(60))
            plan.isSupervised = true
            plan.isRelayed = true
            plan.redisRemembers = true
            try await withCluster(plan) { cluster in
                let checker = Checker(cluster)
                let start = ContinuousClock.now
                var chance = Chaos(seed: UInt64.random(in: 1...UInt64.max))
                // It is frozen, cut off and asked to step down, but never ended: so its memory can be compared.
                let veteran = try #require(cluster.nodes.first)
                var early: Int?
                let load = try await cluster.underLoad { load in
                    while .now - start < Long.soak {
                        let next = ContinuousClock.now + .seconds(10)
                        try await chance.strike(cluster, sparing: veteran)
                        try await cluster.mend()
                        try await cluster.awaitHealth()
                        if early == nil, .now - start > Long.soak / 10 { early = try veteran.memory() }
                        try await pace(until: next)
                    }
                }
                let late = try veteran.memory()
                let verdict = checker.verdict(on: "\(Long.soak) of chaos", load, gap: nil, since: start)
                let memory = "memory_kb=\((early ?? 0) / 1024)...\(late / 1024)"
                print("chaos seed=\(chance.seed) faults=\(chance.faults) \(memory)")
                #expect(verdict.failedReads == 0 && verdict.deadTokens + verdict.overtakenTokens == 0, "\(verdict)")
                #expect(verdict.overlaps == 0)
                #expect(Double(late) < 1.25 * Double(try #require(early)))
            }
        }
    }
}

/// How long the long tests are.
private enum Long {
    static let repetitions = 50
    /// Half an hour, or as many minutes as `WXKEEPER_LONG` says.
    static var soak: Duration {
        let minutes = ProcessInfo.processInfo.environment["WXKEEPER_LONG"].flatMap { Int($0) }
        return .seconds(60 * (minutes ?? 30))
    }
}

/// A few figures of many.
private struct Spread: CustomStringConvertible {
    let sorted: [Duration]

    init(_ durations: [Duration]) { sorted = durations.sorted() }

    var description: String {
        guard let last = sorted.last else { return "nothing" }
        let (p50, p99) = (sorted[sorted.count / 2], sorted[(sorted.count * 99 - 1) / 100])
        return "p50_ms=\(p50.wholeMilliseconds) p99_ms=\(p99.wholeMilliseconds) max_ms=\(last.wholeMilliseconds)"
    }
}

/// Faults drawn by lot.
private struct Chaos {
    let seed: UInt64
    private(set) var faults = 0
    private var random: SplitMix64

    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    mutating func strike(_ cluster: Cluster, sparing veteran: ClusterNode) async throws {
        faults += 1
        let node = cluster.nodes[Int.random(in: 0..<cluster.nodes.count, using: &random)]
        let mortal = cluster.nodes[Int.random(in: 1..<cluster.nodes.count, using: &random)]
        let length = Duration.milliseconds(Int.random(in: 500...6000, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: try mortal.send(.kill)
        case 1:
            try node.send(.suspend)
            try await hold("\(node.name) stands still", for: length)
        case 2:
            if let leader = try await cluster.leader() {
                _ = try? await cluster.operate("step-down", [:], at: leader.port)
            }
        case 3:
            try await cluster.redis.kill()
            try await hold("Redis is away", for: length)
        case 4:
            await node.links?.redis.cut()
            try await hold("\(node.name) is cut off from Redis", for: length)
        case 5:
            await node.links?.redis.cut(.fromTarget)
            try await hold("\(node.name) gets no answers of Redis", for: length)
        case 6:
            await node.links?.wechat.cut()
            try await hold("\(node.name) is cut off from WeChat", for: length)
        default:
            try mortal.askToLeave()
            _ = try await mortal.process.ended(within: .seconds(30))
        }
    }
}

extension ClusterNode {
    /// Resident memory of the node itself, not of its supervisor.
    fileprivate func memory() throws -> Int {
        let supervisor = try process.processID
        return try ProcessTable.memory(of: ProcessTable.likeChildren(of: supervisor).first ?? supervisor).now
    }
}
