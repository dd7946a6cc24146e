import ClusterObservation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// Somebody sets the clock of Redis or of a node, or a node's machine was suspended: F13, F14 and
    /// F16 of the fault table.
    @Suite(.serialized) struct ClockTests {
        /// What becomes of a clock.
        enum Trouble: String, Sendable {
            case hourAhead, hourBehind, frozen, strobe
        }

        /// Where a lock is believed, a clock set back keeps a dead leader in office for an hour.
        @Test(arguments: cases([Trouble.hourBehind], [.hourAhead, .frozen, .strobe]))
        func wrongClockOfRedis_IsNoticedByNobody_NotEvenIfTheLeaderDies(_ trouble: Trouble) async throws {
            try await Folder.with { folder in
                guard let shim = try await ClockShim(in: folder) else { return }
                let clock = try shim.clock("redis")
                var plan = ClusterPlan()
                plan.redisEnvironment = clock.environment
                try await withCluster(plan) { cluster in
                    let app = plan.apps[0]
                    let before = try await cluster.secondsLeft(of: app)
                    var restarted: String?
                    let (verdict, takeover) = try await cluster.trial("clock of Redis: \(trouble), kill") { trial in
                        try await clock.suffer(trouble)
                        // A new term may begin meanwhile, for the lock may be gone with the hour.
                        let leader = try await cluster.awaitLeader()
                        restarted = leader.name
                        let killed = ContinuousClock.now
                        try leader.send(.kill)
                        let takeover = try await cluster.takeover(from: leader, since: killed)
                        try await trial.refreshIsAnswered(since: killed)
                        try await leader.start()
                        return takeover
                    }
                    verdict.expectUnnoticed()
                    takeover.expect(atMost: plan.takeoverBound)
                    // A clock that stands still never jumps.
                    if trouble != .frozen { #expect(cluster.lines(saying: "the clock of Redis jumped") > 0) }
                    for node in cluster.nodes {
                        let left = try await cluster.secondsLeft(of: app, at: node)
                        // A node that has just started may believe the token to end earlier, never later.
                        let bound = node.name == restarted ? 0...7200 : 0...60
                        #expect(bound.contains(before - left), "the token's end has moved: \(before - left) s")
                    }
                }
            }
        }

        /// The proofs between nodes bear the time of day, and a node learns by how much another's differs.
        @Test(arguments: cases([Duration.seconds(3600)], [.seconds(-3600), .seconds(30)]))
        func wrongClockOfANode_IsNoticedByNobody(_ step: Duration) async throws {
            try await Folder.with { folder in
                guard let shim = try await ClockShim(in: folder) else { return }
                var plan = ClusterPlan()
                let clocks = try plan.names.map { try shim.clock($0) }
                plan.nodeEnvironments = Dictionary(uniqueKeysWithValues: zip(plan.names, clocks.map(\.environment)))
                try await withCluster(plan) { cluster in
                    let leader = try await cluster.awaitLeader()
                    let fault = "clock of the leader off by \(step), then of a follower"
                    let (verdict, _) = try await cluster.trial(fault) { trial in
                        for node in [leader, cluster.followers(of: leader)[0]] {
                            let clock = try #require(zip(plan.names, clocks).first { $0.0 == node.name }?.1)
                            try clock.step(to: step)
                            try await hold("the clock is wrong", for: .seconds(3))
                            try await trial.refreshIsAnswered(since: .now)
                            try clock.step(to: .zero)
                        }
                    }
                    verdict.expectUnnoticed()
                    #expect(verdict.failedRefreshes == 0)
                    #expect(verdict.terms == 0)
                    #expect(await leader.leads())
                }
            }
        }

        /// Its processes stand still, and its clock since boot goes on: by more than they were made to wait.
        @Test(.enabled(if: isLong)) func leaderSuspendedWithItsMachine_IsReplaced_AndFollowsOnceItWakes() async throws {
            try await Folder.with { folder in
                guard let shim = try await ClockShim(in: folder) else { return }
                var plan = ClusterPlan()
                let clocks = try plan.names.map { try shim.clock($0) }
                plan.nodeEnvironments = Dictionary(uniqueKeysWithValues: zip(plan.names, clocks.map(\.environment)))
                try await withCluster(plan) { cluster in
                    let leader = try await cluster.awaitLeader()
                    let clock = try #require(zip(plan.names, clocks).first { $0.0 == leader.name }?.1)
                    let (verdict, takeover) = try await cluster.trial("leader suspended for 120 s") { trial in
                        try leader.send(.suspend)
                        let takeover = try await cluster.takeover(from: leader, since: trial.start)
                        let calls = trial.checker.calls(by: leader)
                        try clock.suspend(for: .seconds(120))
                        try leader.send(.resume)
                        let awake = ContinuousClock.now
                        try await eventually("the old leader follows", within: .seconds(2)) {
                            await leader.status("/follower") == 200
                        }
                        print("  follows_after_ms=\((ContinuousClock.now - awake).wholeMilliseconds)")
                        try await trial.refreshIsAnswered(since: awake)
                        #expect(trial.checker.calls(by: leader) == calls, "it calls no more")
                        return takeover
                    }
                    verdict.expectUnnoticed()
                    #expect(verdict.failedRefreshes == 0)
                    takeover.expect(atMost: plan.takeoverBound)
                    #expect(verdict.terms == 1)
                }
            }
        }
    }
}

extension FalseClock {
    fileprivate func suffer(_ trouble: ClusterTests.ClockTests.Trouble) async throws {
        switch trouble {
        case .hourAhead: try step(to: .seconds(3600))
        case .hourBehind: try step(to: .seconds(-3600))
        case .frozen: try freeze()
        case .strobe:
            for turn in 0..<30 {
                try step(to: .seconds(turn.isMultiple(of: 2) ? 10 : -10))
                try await hold("the clock stays there", for: .milliseconds(200))
            }
        }
        // Two renewals, and some ticks of every node.
        try await hold("the clock is wrong", for: .seconds(2))
    }
}
