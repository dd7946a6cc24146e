import ClusterObservation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// A leader or Redis goes while callers read 200 times a second, and nobody is to notice.
    @Suite(.serialized) struct FailoverTests {
        @Test(arguments: [ClusterPlan(), .defaultLease])
        func killedLeader_IsReplacedBeforeTheBound_AndNobodyNotices(_ plan: ClusterPlan) async throws {
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let checker = Checker(cluster)
                var fault = ContinuousClock.now
                var takeover: Takeover?
                let load = try await cluster.underLoad { load in
                    fault = .now
                    try leader.send(.kill)
                    takeover = try await cluster.takeover(from: leader, since: fault)
                    try await eventually("a refresh is answered") { load.refreshGap(since: fault) != nil }
                    try await leader.start()
                    try await cluster.awaitHealth()
                }
                let verdict = checker.verdict(
                    on: "kill -9 of the leader, lease \(plan.ttl)", load, gap: takeover?.gap, since: fault)
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                try #require(takeover).expect(atMost: plan.takeoverBound)
                #expect(verdict.terms == 1)
            }
        }

        @Test func leaderToldToGo_HandsOverAtOnce_AndNobodyNotices() async throws {
            try await withCluster { cluster in
                let leader = try await cluster.awaitLeader()
                let checker = Checker(cluster)
                var fault = ContinuousClock.now
                var takeover: Takeover?
                let load = try await cluster.underLoad { load in
                    let process = try leader.process
                    fault = .now
                    try leader.send(.terminate)
                    takeover = try await cluster.takeover(from: leader, since: fault)
                    #expect(try await process.ended(within: .seconds(10)) == .exited(0))
                    try await eventually("a refresh is answered") { load.refreshGap(since: fault) != nil }
                    try await leader.start()
                    try await cluster.awaitHealth()
                }
                let verdict = checker.verdict(on: "SIGTERM of the leader", load, gap: takeover?.gap, since: fault)
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                try #require(takeover).expect(atMost: .milliseconds(300))
                #expect(verdict.terms == 1)
            }
        }

        @Test func nodesRestartedOneAfterAnother_AreMissedByNobody() async throws {
            try await withCluster { cluster in
                let checker = Checker(cluster)
                let fault = ContinuousClock.now
                let load = try await cluster.underLoad { _ in
                    for node in cluster.nodes {
                        let process = try node.process
                        try node.send(.terminate)
                        #expect(try await process.ended(within: .seconds(10)) == .exited(0))
                        try await node.start()
                        try await cluster.awaitHealth()
                    }
                }
                let verdict = checker.verdict(on: "rolling restart", load, gap: nil, since: fault)
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
            }
        }

        @Test(arguments: cases([10], [60]))
        func frozenLeader_IsReplaced_AndFollowsOnceItWakes(seconds: Int) async throws {
            try await withCluster { cluster in
                let leader = try await cluster.awaitLeader()
                let checker = Checker(cluster)
                var fault = ContinuousClock.now
                var takeover: Takeover?
                var callsBefore = 0
                let load = try await cluster.underLoad { load in
                    fault = .now
                    try leader.send(.suspend)
                    takeover = try await cluster.takeover(from: leader, since: fault)
                    try await hold("the leader stands still", for: fault + .seconds(seconds) - .now)
                    callsBefore = checker.calls(by: leader)
                    let awake = ContinuousClock.now
                    try leader.send(.resume)
                    try await eventually("the old leader follows", within: .seconds(2)) {
                        await leader.status("/follower") == 200
                    }
                    print("frozen leader follows \((ContinuousClock.now - awake).wholeMilliseconds) ms after SIGCONT")
                    try await eventually("a refresh is answered") { load.refreshGap(since: fault) != nil }
                    try await cluster.awaitHealth()
                }
                let verdict = checker.verdict(
                    on: "SIGSTOP of the leader for \(seconds) s", load, gap: takeover?.gap, since: fault)
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                try #require(takeover).expect(atMost: cluster.plan.takeoverBound)
                #expect(verdict.terms == 1)
                #expect(checker.calls(by: leader) == callsBefore, "a frozen leader calls no more")
            }
        }

        @Test func redisKilledAndStartedEmpty_IsFilledFromMemory_AndNobodyNotices() async throws {
            try await withCluster { cluster in
                _ = try await cluster.awaitLeader()
                let checker = Checker(cluster)
                var fault = ContinuousClock.now
                var gap = Duration.zero
                let load = try await cluster.underLoad { load in
                    fault = .now
                    try await cluster.redis.kill()
                    try await eventually("the lease runs out") { try await cluster.leader() == nil }
                    let back = ContinuousClock.now
                    try await cluster.redis.start()
                    let takeover = try await cluster.takeover(from: nil, since: back)
                    gap = back + takeover.gap - fault
                    takeover.expect(atMost: .seconds(5))
                    for app in cluster.plan.apps {
                        try await eventually("\(app.id) is written back") { try await cluster.isStored(app) }
                    }
                    try await eventually("a refresh is answered") { load.refreshGap(since: fault) != nil }
                    try await cluster.awaitHealth()
                }
                let verdict = checker.verdict(
                    on: "Redis killed and started empty", load, gap: gap, since: fault)
                verdict.expectUnnoticed()
            }
        }
    }
}
