import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// The leader dies or stands still between the last check and the first byte to WeChat: F3 and F9 of the fault
    /// table.
    @Suite(.serialized, .enabled(if: isLong)) struct BeforeSendTests {
        @Test func leaderKilledBeforeItSends_IsFollowedByOneRepair() async throws {
            try await withShim { cluster, shim in
                let app = cluster.plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let old = try await cluster.token(of: app)
                let (verdict, takeover) = try await cluster.trial("kill -9 before the request is sent") { trial in
                    let killed = try await cluster.strike(leader, .kill, with: shim, inACallFor: app)
                    let takeover = try await cluster.takeover(from: leader, since: killed)
                    try await eventually("the token is replaced", within: .seconds(10)) {
                        try await cluster.token(of: app) != old
                    }
                    print("  repaired_after_ms=\((ContinuousClock.now - killed).wholeMilliseconds)")
                    try await trial.refreshIsAnswered(since: killed)
                    try await leader.start()
                    return takeover
                }
                verdict.expectRepaired(issues: 1)
                takeover.expect(atMost: cluster.plan.takeoverBound)
                #expect(verdict.terms == 1)
            }
        }

        /// The request is processed after that of the next leader, so the published token is the older one of the two.
        @Test func leaderFrozenBeforeItSends_IsRepairedOnceItWakes() async throws {
            try await withShim { cluster, shim in
                let app = cluster.plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let old = try await cluster.token(of: app)
                let (verdict, wait) = try await cluster.trial("SIGSTOP before the request is sent") { trial in
                    let struck = try await cluster.strike(leader, .suspend, with: shim, inACallFor: app)
                    _ = try await cluster.takeover(from: leader, since: struck)
                    try await eventually("the next leader has replaced the token", within: .seconds(10)) {
                        try await cluster.token(of: app) != old
                    }
                    let calls = cluster.lastCall
                    try leader.send(.resume)
                    let awake = ContinuousClock.now
                    try await eventually("the request of the old leader is processed", within: .seconds(5)) {
                        cluster.wechat.calls(after: calls, appID: app.id).contains {
                            $0.caller.node == leader.name && $0.outcome == .issued
                        }
                    }
                    try await eventually("the published token is the newest", within: .seconds(20)) {
                        let token = try await cluster.storedToken(app)
                        return cluster.wechat.standing(of: token)?.newer == 0
                    }
                    return ContinuousClock.now - awake
                }
                print("  newest_after_ms=\(wait.wholeMilliseconds)")
                verdict.expectRepaired(issues: 3)
                #expect(wait < .seconds(5))
            }
        }

        private func withShim(_ body: (Cluster, SendShim) async throws -> Void) async throws {
            try await Folder.with { folder in
                guard let shim = try await SendShim(in: folder) else { return }
                var plan = ClusterPlan.soonRotated
                plan.nodeEnvironments = Dictionary(uniqueKeysWithValues: plan.names.map { ($0, shim.environment) })
                try await withCluster(plan) { try await body($0, shim) }
            }
        }
    }
}

extension Cluster {
    /// Has the leader call WeChat; returns when the signal has met it.
    fileprivate func strike(
        _ leader: ClusterNode, _ signal: Signal, with shim: SendShim, inACallFor app: ClusterPlan.App
    ) async throws -> ContinuousClock.Instant {
        let first = lastCall
        try shim.strike(with: signal)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await operate("refresh", ["appid": app.id], at: leader.port) }
            // Whoever asked a frozen node would wait for as long as it is frozen.
            defer { group.cancelAll() }
            try await eventually("the signal meets the leader") { try shim.hasStruck }
            let struck = ContinuousClock.now
            #expect(wechat.calls(after: first, appID: app.id).allSatisfy { $0.endpoint == .domainIP }, "nothing sent")
            return struck
        }
    }
}
