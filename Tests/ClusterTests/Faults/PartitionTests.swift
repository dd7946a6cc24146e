import ClusterObservation
import LocalCluster
import Testing

extension ClusterTests {
    /// Ways between nodes, Redis and WeChat are cut: F20, F21, F25, F26 and F27 of the fault table.
    @Suite(.serialized) struct PartitionTests {
        /// The reports of callers make the leader ask WeChat whether the token lives.
        @Test(.enabled(if: isLong)) func leaderCutFromWeChat_GivesWayOnce_ToWhoeverReachesIt() async throws {
            var plan = ClusterPlan()
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("the leader cut from WeChat") { trial in
                    await leader.links?.wechat.cut()
                    let takeover = try await cluster.takeover(from: leader, since: trial.start)
                    try await trial.refreshIsAnswered(since: .now)
                    await leader.links?.wechat.heal()
                    try await hold("nobody has a reason to give way again", for: .seconds(10))
                    #expect(await takeover.leader.leads())
                    return takeover
                }
                verdict.expectUnnoticed()
                takeover.expect(atMost: plan.reachabilityBound)
                #expect(verdict.terms == 1)
            }
        }

        @Test func allNodesCutFromWeChat_KeepTheirLeader_AndEveryReadIsAnswered() async throws {
            var plan = ClusterPlan()
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let length = Duration.seconds(isLong ? 60 : 10)
                let (verdict, healed) = try await cluster.trial("all nodes cut from WeChat for \(length)") { trial in
                    for node in cluster.nodes { await node.links?.wechat.cut() }
                    // Longer than a leader that is alone in this takes to give way: 3·C + 1 s.
                    try await hold("WeChat is out of reach", for: length)
                    #expect(await leader.leads())
                    for node in cluster.nodes { #expect(await node.status("/readyz") == 200) }
                    for node in cluster.nodes { await node.links?.wechat.heal() }
                    let healed = ContinuousClock.now
                    try await trial.refreshIsAnswered(since: healed)
                    return ContinuousClock.now - healed
                }
                print("  refresh_answered_after_heal_ms=\(healed.wholeMilliseconds)")
                verdict.expectUnnoticed()
                #expect(verdict.terms == 0)
                #expect(healed < .seconds(35))
            }
        }

        @Test func leaderOutOfReachOfTheOthers_FailsTheirRefreshesInTime_AndNoRead() async throws {
            var plan = ClusterPlan()
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let app = plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let follower = cluster.followers(of: leader)[0]
                let token = try await cluster.token(of: app)
                let (verdict, wait) = try await cluster.trial("followers cut from the leader") { trial in
                    await leader.links?.peers.cut()
                    let asked = ContinuousClock.now
                    let answer = try await cluster.refresh(app, reporting: token, at: follower.port)
                    let wait = ContinuousClock.now - asked
                    #expect(answer.status == 503 && answer.retryAfter != nil, "\(answer.status)")
                    #expect(try await cluster.token(of: app, from: follower.port) == token)
                    #expect(await leader.leads())
                    await leader.links?.peers.heal()
                    try await eventually("a refresh is forwarded again", within: .seconds(10)) {
                        try await cluster.refresh(app, reporting: token, at: follower.port).status == 200
                    }
                    return wait
                }
                print("  refused_after_ms=\(wait.wholeMilliseconds)")
                verdict.expectUnnoticed()
                #expect(verdict.terms == 0)
                #expect(wait < .seconds(8) + .seconds(1))
            }
        }

        @Test func nodeCutFromEverything_LeavesTheBalancerAfterTheReaderLease_AndReadsOn() async throws {
            // S = 0.7 of the overlap.
            var plan = ClusterPlan(lifetime: .seconds(96), overlap: .seconds(12))
            plan.isRelayed = true
            let readerLease = Duration.milliseconds(8_400)
            try await withCluster(plan) { cluster in
                let app = plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let lonely = cluster.followers(of: leader)[0]
                let (verdict, wait) = try await cluster.trial("a follower cut from everything") { trial in
                    await cluster.isolate(lonely)
                    try await hold("the node still counts as up to date", for: readerLease - .seconds(1))
                    #expect(await lonely.status("/readyz") == 200)
                    try await eventually("it says that it is not ready", within: .seconds(4)) {
                        await lonely.status("/readyz") == 503
                    }
                    let wait = ContinuousClock.now - trial.start
                    let answer = try await cluster.read(app, from: lonely.port)
                    #expect(answer.status == 200 && answer.token != nil && answer.fields.stale == true)
                    for node in cluster.nodes where node !== lonely { #expect(await node.status("/readyz") == 200) }
                    try await cluster.mend()
                    return wait
                }
                print("  not_ready_after_ms=\(wait.wholeMilliseconds)")
                verdict.expectUnnoticed()
                #expect(verdict.terms == 0)
                #expect(wait < readerLease + .seconds(2))
            }
        }

        /// The links come back one by one, in an order of chance.
        @Test func leaderAlone_AndTheOthersWithRedis_AreOneClusterAgainOnceHealed() async throws {
            var plan = ClusterPlan()
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let old = try await cluster.awaitLeader()
                let watch = LeaderWatch()
                let (verdict, takeover) = try await cluster.trial("partition of the leader, healed") { trial in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { await watch.run(on: cluster) }
                        defer { group.cancelAll() }
                        await cluster.isolate(old)
                        let takeover = try await cluster.takeover(from: old, since: trial.start)
                        #expect(await !old.leads(), "its lease is over before another begins")
                        let calls = trial.checker.calls(by: old)
                        try await hold("the leader is alone", for: .seconds(2))
                        #expect(trial.checker.calls(by: old) == calls)
                        for relay in cluster.nodes.flatMap({ $0.links?.all ?? [] }).shuffled() {
                            await relay.heal()
                            try await hold("the next link is still cut", for: .milliseconds(100))
                        }
                        let healed = ContinuousClock.now
                        try await eventually("one node leads, the others follow it", within: .seconds(10)) {
                            try await cluster.agreesOnItsLeader()
                        }
                        try await trial.refreshIsAnswered(since: healed)
                        return takeover
                    }
                }
                verdict.expectUnnoticed()
                takeover.expect(atMost: plan.takeoverBound)
                #expect(watch.momentsOfTwoLeaders == 0)
                #expect(verdict.terms <= 2)
            }
        }
    }
}

extension Cluster {
    /// Cuts every way from and to a node.
    ///
    /// The others have no way to each other meanwhile, for a relay cannot tell who comes; they have Redis.
    fileprivate func isolate(_ node: ClusterNode) async {
        await node.links?.redis.cut()
        await node.links?.wechat.cut()
        for other in nodes { await other.links?.peers.cut() }
    }
}
