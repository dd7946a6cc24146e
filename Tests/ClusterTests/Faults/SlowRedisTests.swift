import ClusterObservation
import LocalCluster
import Testing

extension ClusterTests {
    /// Redis answers late, or its answers are lost: F17, F18 and F19 of the fault table.
    @Suite(.serialized) struct SlowRedisTests {
        @Test(arguments: cases([100], [400]))
        func slowRedis_CostsNobodyTheLease(milliseconds: Int) async throws {
            var plan = ClusterPlan.defaultLease
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, _) = try await cluster.trial("Redis \(milliseconds) ms away for 10 s") { trial in
                    for node in cluster.nodes { node.links?.redis.delay(by: .milliseconds(milliseconds) / 2) }
                    try await hold("Redis is slow", for: .seconds(10))
                    try await trial.refreshIsAnswered(since: .now)
                    for node in cluster.nodes { await node.links?.redis.heal() }
                }
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms == 0)
                #expect(cluster.lapses == 0)
                #expect(await leader.leads())
            }
        }

        /// Connecting takes several ways there and back, each of them nearly as long as a command may take.
        @Test(arguments: cases([Duration.seconds(5)], [.seconds(600)]))
        func farRedis_IsReachedByAColdStart_AndKept(duration: Duration) async throws {
            var plan = ClusterPlan.defaultLease
            plan.isRelayed = true
            plan.redisDistance = .milliseconds(400)
            plan.redisPassword = "hush"
            let start = ContinuousClock.now
            try await withCluster(plan) { cluster in
                let ready = ContinuousClock.now - start
                print("  ready_after_ms=\(ready.wholeMilliseconds)")
                #expect(ready < .seconds(15))
                let leader = try await cluster.awaitLeader()
                let (verdict, _) = try await cluster.trial("Redis 400 ms away for \(duration)") { trial in
                    // As after a fault of the network: the leader has to come back within its lease.
                    try await cluster.redis.run("CLIENT", "KILL", "TYPE", "normal")
                    try await hold("Redis is far away", for: duration)
                    try await trial.refreshIsAnswered(since: .now)
                }
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms == 0)
                #expect(cluster.lapses == 0)
                #expect(await leader.leads())
            }
        }

        /// Longer than a command may take, give or take 200 ms, so that some commands are answered in time.
        @Test(.enabled(if: isLong)) func tooSlowRedis_EndsTheLease_AndDoesNotTossItAbout() async throws {
            var plan = ClusterPlan.defaultLease
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                _ = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("Redis 600±200 ms away for 12 s") { trial in
                    var turn = 0
                    while ContinuousClock.now < trial.start + .seconds(12) {
                        let delay = Duration.milliseconds([200, 400, 300][turn % 3])
                        for node in cluster.nodes { node.links?.redis.delay(by: delay) }
                        turn += 1
                        try await hold("Redis is so slow", for: .milliseconds(700))
                    }
                    #expect(trial.checker.terms <= 1)
                    for node in cluster.nodes { await node.links?.redis.heal() }
                    let healed = ContinuousClock.now
                    let takeover = try await cluster.takeover(from: nil, since: healed)
                    try await trial.refreshIsAnswered(since: healed)
                    return takeover
                }
                print("  lapses=\(cluster.lapses)")
                verdict.expectUnnoticed()
                takeover.expect(atMost: .seconds(5))
            }
        }

        /// With its answers lost, a renewal still reaches Redis and keeps the lock, but not the leader's deadline.
        @Test(arguments: cases([Relay.Cut.fromTarget], [.bothWays]))
        func leaderWithoutAnswersOfRedis_StopsByItsOwnClock(_ cut: Relay.Cut) async throws {
            var plan = ClusterPlan()
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("leader cut from Redis, \(cut)") { trial in
                    await leader.links?.redis.cut(cut)
                    // L(1-ρ)-ε after the last renewal, which was answered before the cut.
                    try await eventually("its lease is over", within: .milliseconds(3_760) + .seconds(1)) {
                        await !leader.leads()
                    }
                    let lapsed = ContinuousClock.now
                    let calls = trial.checker.calls(by: leader)
                    let takeover = try await cluster.takeover(from: leader, since: trial.start)
                    print("  lapsed_after_ms=\((lapsed - trial.start).wholeMilliseconds)")
                    try await hold("it stays cut off", for: .seconds(2))
                    #expect(await !leader.leads())
                    #expect(trial.checker.calls(by: leader) == calls, "no call without a lease")
                    await leader.links?.redis.heal()
                    try await trial.refreshIsAnswered(since: .now)
                    return takeover
                }
                verdict.expectUnnoticed()
                // The last renewal that Redis saw may be a whole period younger than the cut.
                takeover.expect(atMost: plan.takeoverBound + .milliseconds(1_100))
                #expect(verdict.terms == 1)
            }
        }

        /// What comes after the connection was given up must find nobody whom it could deceive.
        @Test(.enabled(if: isLong)) func answersThatComeTenSecondsLate_DeceiveNobody() async throws {
            var plan = ClusterPlan()
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("answers of Redis to the leader 10 s late") { trial in
                    leader.links?.redis.delay(by: .seconds(5))
                    let takeover = try await cluster.takeover(from: leader, since: trial.start)
                    try await hold("the late answers arrive", for: trial.start + .seconds(11) - .now)
                    #expect(await !leader.leads())
                    await leader.links?.redis.heal()
                    try await eventually("the old leader follows") { await leader.status("/follower") == 200 }
                    try await trial.refreshIsAnswered(since: .now)
                    return takeover
                }
                verdict.expectUnnoticed()
                takeover.expect(atMost: plan.takeoverBound + .milliseconds(1_100))
                #expect(verdict.terms == 1)
                for node in cluster.nodes { #expect(try node.process.ending == nil) }
            }
        }
    }
}
