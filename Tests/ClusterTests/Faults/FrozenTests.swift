import ClusterObservation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// The leader or Redis stands still for a while: F8 and F10 of the fault table.
    @Suite(.serialized) struct FrozenTests {
        @Test func leaderFrozenForLessThanItsLease_LeadsOn_InTheSameTerm() async throws {
            try await withCluster(.defaultLease) { cluster in
                let leader = try await cluster.awaitLeader()
                let epoch = try await cluster.epoch()
                let (verdict, _) = try await cluster.trial("SIGSTOP of the leader for 3 s, lease 6s") { trial in
                    try leader.send(.suspend)
                    try await hold("the leader stands still", for: .seconds(3))
                    try leader.send(.resume)
                    let awake = ContinuousClock.now
                    try await eventually("it leads on", within: .seconds(1)) { await leader.leads() }
                    try await trial.refreshIsAnswered(since: awake)
                    // One more lease: whoever had taken it for dead would have shown by then.
                    try await hold("the lease it slept through ends", for: .seconds(6))
                }
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms == 0)
                #expect(await leader.leads())
                #expect(try await cluster.epoch() == epoch)
            }
        }

        @Test(.enabled(if: isLong)) func redisFrozenForTwoSeconds_ChangesNothing() async throws {
            try await withCluster(.defaultLease) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, _) = try await cluster.trial("SIGSTOP of Redis for 2 s, lease 6s") { trial in
                    try cluster.redis.send(.suspend)
                    try await hold("Redis stands still", for: .seconds(2))
                    try cluster.redis.send(.resume)
                    try await trial.refreshIsAnswered(since: .now)
                    try await hold("the lease that was not renewed meanwhile would end", for: .seconds(6))
                }
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms == 0)
                #expect(cluster.lapses == 0)
                #expect(await leader.leads())
            }
        }

        @Test func redisFrozenForEightSeconds_LetsTheLeaseRunOut_AndIsLedAgainAtOnce() async throws {
            try await withCluster(.defaultLease) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("SIGSTOP of Redis for 8 s, lease 6s") { trial in
                    try cluster.redis.send(.suspend)
                    // D: the last renewal is older than the fault, so the lease ends within L(1-ρ)-ε of the fault.
                    try await eventually("the lease runs out", within: .milliseconds(5_700) + .seconds(1)) {
                        await !leader.leads()
                    }
                    print("  lapsed_after_ms=\((ContinuousClock.now - trial.start).wholeMilliseconds)")
                    try await hold("Redis stands still", for: trial.start + .seconds(8) - .now)
                    for node in cluster.nodes { #expect(await node.status("/readyz") == 200) }
                    let calls = trial.checker.calls.count
                    try cluster.redis.send(.resume)
                    let awake = ContinuousClock.now
                    let takeover = try await cluster.takeover(from: nil, since: awake)
                    #expect(trial.checker.calls.count <= calls + Cluster.reporters, "nobody called without a lease")
                    try await trial.refreshIsAnswered(since: awake)
                    return takeover
                }
                verdict.expectUnnoticed()
                #expect(cluster.lapses == 1)
                takeover.expect(atMost: .seconds(1))
            }
        }
    }
}
