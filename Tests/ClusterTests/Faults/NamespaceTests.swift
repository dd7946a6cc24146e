import ClusterObservation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// Every node and Redis are on a machine of their own, as far as the kernel's network knows, and ways between the
    /// machines are lost: F2, F18, F25, F26 and F27 of the fault table.
    ///
    /// Unlike a relay, which must answer for one side to the other, the kernel just drops what is sent.
    @Suite(.serialized, .enabled(if: OwnNetwork.isHere || isLong)) struct NamespaceTests {
        /// What becomes of the leader's ways.
        enum Loss: String, CaseIterable, Sendable {
            /// Nothing passes between it and Redis.
            case redis
            /// Redis hears it, and it does not hear Redis.
            case answersOfRedis
            /// Neither Redis nor a node is in its reach; WeChat and the callers are.
            case redisAndNodes
            /// Its cable is pulled.
            case everything
            /// Its machine is lost: nobody is told that its connections are over.
            case machine
        }

        @Test(.enabled(if: !OwnNetwork.isHere)) func lostWays_InANetworkOfOurOwn() async throws {
            let filter = "NamespaceTests/leaderWithoutItsWays"
            guard let said = try await OwnNetwork.run(filter, within: .seconds(600)) else { return }
            #expect(said.split(separator: "\n").count { $0.hasPrefix("fault=lost ways") } == Loss.allCases.count)
        }

        @Test(.enabled(if: OwnNetwork.isHere), arguments: Loss.allCases)
        func leaderWithoutItsWays_IsReplaced_AndFollowsOnceHealed(_ loss: Loss) async throws {
            var plan = ClusterPlan()
            plan.isSupervised = loss == .machine
            try await Network.with(machines: plan.names + ["redis"]) { network in
                for name in plan.names { plan.places[name] = try network.place(name) }
                plan.redisPlace = try network.place("redis")
                try await withCluster(plan) { cluster in
                    let old = try await cluster.awaitLeader()
                    let watch = LeaderWatch()
                    let (verdict, takeover) = try await cluster.trial("lost ways of the leader, \(loss)") { trial in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask { await watch.run(on: cluster) }
                            defer { group.cancelAll() }
                            return try await cluster.lose(loss, of: old, in: network, trial)
                        }
                    }
                    verdict.expectUnnoticed()
                    // The last renewal that Redis saw may be a whole period younger than the loss of its answer.
                    let late: Duration = loss == .answersOfRedis ? .milliseconds(1_100) : .zero
                    takeover.expect(atMost: plan.takeoverBound + late)
                    #expect(watch.momentsOfTwoLeaders == 0)
                    #expect(verdict.terms <= 2)
                }
            }
        }
    }
}

extension Cluster {
    /// Returns when the cluster is one again.
    fileprivate func lose(
        _ loss: ClusterTests.NamespaceTests.Loss, of old: ClusterNode, in network: Network, _ trial: Trial
    ) async throws -> Takeover {
        switch loss {
        case .redis: try await network.cut(old.name, "redis")
        case .answersOfRedis: try await network.lose(from: "redis", to: old.name)
        case .redisAndNodes:
            for other in followers(of: old).map(\.name) + ["redis"] { try await network.cut(old.name, other) }
        case .everything: try await network.unplug(old.name)
        case .machine:
            try await network.unplug(old.name)
            try old.loseMachine()
        }
        let takeover = try await self.takeover(from: old, since: trial.start)
        let calls = trial.checker.calls(by: old)
        try await hold("the ways are lost", for: .seconds(3))
        #expect(trial.checker.calls(by: old) == calls, "no call without a lease")
        try await network.heal()
        let healed = ContinuousClock.now
        if loss == .machine { try await old.start() }
        try await eventually("one node leads, the others follow it", within: .seconds(10)) {
            // A node that has just been started may not listen yet.
            (try? await agreesOnItsLeader()) ?? false
        }
        print("  healed_after_ms=\((ContinuousClock.now - healed).wholeMilliseconds)")
        try await trial.refreshIsAnswered(since: healed)
        return takeover
    }
}
