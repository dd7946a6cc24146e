import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Redis comes back with what it knew, loses some of it, or takes nothing more: F11, F12, F37 and, as far as it is
    /// Redis whose disk is full, F38 of the fault table.
    @Suite(.serialized) struct RedisMemoryTests {
        /// What somebody deletes.
        enum Loss: String, Sendable {
            case everything, lock, lease
        }

        @Test func redisStartedAgainWithItsMemory_IsMissedByNobody() async throws {
            var plan = ClusterPlan()
            plan.redisRemembers = true
            try await withCluster(plan) { cluster in
                _ = try await cluster.awaitLeader()
                let epoch = try await cluster.epoch()
                let (verdict, takeover) = try await cluster.trial("Redis killed, started with its AOF") { trial in
                    try await cluster.redis.kill()
                    try await cluster.redis.start()
                    let takeover = try await cluster.takeover(from: nil, since: trial.start)
                    try await trial.refreshIsAnswered(since: .now)
                    return takeover
                }
                verdict.expectUnnoticed()
                takeover.expect(atMost: .seconds(5))
                #expect(verdict.terms <= 1)
                // Terms may have been forgotten, so the next one counts from Redis's clock: by as much as it likes.
                #expect(try await cluster.epoch() >= epoch)
            }
        }

        /// Nobody can tell a lock that was deleted from one that has run out, so another node may lead afterwards.
        @Test(arguments: cases([Loss.everything], [.lock, .lease]))
        func whatIsDeletedInRedis_IsMissedByNobody(_ loss: Loss) async throws {
            try await withCluster { cluster in
                _ = try await cluster.awaitLeader()
                let epoch = try await cluster.epoch()
                let (verdict, _) = try await cluster.trial("deleted in Redis: \(loss)") { trial in
                    try await cluster.delete(loss)
                    let gone = ContinuousClock.now
                    try await eventually("the lease is on record and held", within: .seconds(5)) {
                        try await cluster.redis.run("EXISTS", cluster.key("lease"), cluster.key("lock")) == "2\n"
                    }
                    print("  lease_back_after_ms=\((ContinuousClock.now - gone).wholeMilliseconds)")
                    for app in cluster.plan.apps {
                        try await eventually("\(app.id) is stored", within: .seconds(5)) {
                            try await cluster.isStored(app)
                        }
                    }
                    // r + L' + δ: by then a new leader's quiet period is over, whoever it is.
                    try await hold("whoever leads may call WeChat again", for: .milliseconds(7_300))
                    try await trial.refreshIsAnswered(since: .now)
                }
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms <= 1)
                #expect(try await cluster.epoch() >= epoch)
            }
        }

        /// As it does when its disk is full: it answers, and refuses whatever would change anything.
        @Test(.enabled(if: isLong)) func redisThatTakesNoWrites_EndsTheLease_AndIsLedAgainOnceItDoes() async throws {
            try await withCluster { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("Redis takes no writes") { trial in
                    try await cluster.redis.run("CONFIG", "SET", "min-replicas-to-write", "1")
                    try await eventually("the lease runs out", within: .milliseconds(3_760) + .seconds(1)) {
                        await !leader.leads()
                    }
                    let calls = trial.checker.calls.count
                    try await hold("Redis takes no writes", for: .seconds(3))
                    #expect(trial.checker.calls.count <= calls + Cluster.reporters, "nobody called without a lease")
                    for node in cluster.nodes { #expect(await node.status("/readyz") == 200) }
                    try await cluster.redis.run("CONFIG", "SET", "min-replicas-to-write", "0")
                    let healed = ContinuousClock.now
                    let takeover = try await cluster.takeover(from: nil, since: healed)
                    try await trial.refreshIsAnswered(since: healed)
                    return takeover
                }
                verdict.expectUnnoticed()
                takeover.expect(atMost: .seconds(1))
                #expect(verdict.terms <= 1)
            }
        }

        @Test(.enabled(if: isLong)) func everythingLostAtOnce_CostsOneCallForEachApp() async throws {
            let plan = ClusterPlan.defaultLease
            try await withCluster(plan) { cluster in
                let checker = Checker(cluster)
                for node in cluster.nodes { try node.send(.kill) }
                for node in cluster.nodes { _ = try await node.process.ended(within: .seconds(20)) }
                try await cluster.redis.kill()
                try await cluster.redis.start()
                let start = ContinuousClock.now
                for node in cluster.nodes { try await node.start() }
                for node in cluster.nodes {
                    try await eventually("\(node.name) is ready", within: .seconds(20), every: .milliseconds(50)) {
                        await node.status("/readyz") == 200
                    }
                }
                let wait = ContinuousClock.now - start
                try await cluster.awaitHealth()
                let fetches = checker.calls.filter { $0.endpoint.bringsToken }
                let figures = "ready_after_ms=\(wait.wholeMilliseconds) fetches=\(fetches.count)"
                print("fault=all nodes and Redis lost \(figures)")
                for app in plan.apps { #expect(fetches.count { $0.appID == app.id } == 1, "\(app.id)") }
                #expect(checker.overlaps == 0)
                // L' + δ + C, and the start of three processes.
                #expect(wait < .milliseconds(6_310) + .seconds(2) + .seconds(3) + .seconds(3))
            }
        }
    }
}

extension Cluster {
    fileprivate func delete(_ loss: ClusterTests.RedisMemoryTests.Loss) async throws {
        switch loss {
        case .everything: try await redis.run("FLUSHALL")
        case .lock: #expect(try await redis.run("DEL", key("lock")) == "1\n")
        case .lease: #expect(try await redis.run("DEL", key("lease")) == "1\n")
        }
    }
}
