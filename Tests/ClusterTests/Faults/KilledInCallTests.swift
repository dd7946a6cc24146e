import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// The leader dies inside a call to WeChat, or just after it, or is told to go: F3 to F6 of the fault table.
    @Suite(.serialized) struct KilledInCallTests {
        /// What WeChat makes of a call whose caller has died.
        enum Fate: String, CaseIterable, Sendable {
            /// It never sees to it.
            case neverProcessed
            /// It issues a token after the caller's death.
            case processedLater
            /// It had issued the token, and was about to answer.
            case processedBefore

            var fault: SimulatedWeChat.Fault {
                switch self {
                case .neverProcessed: .init(.hang)
                case .processedLater: .init(.delay, delayBefore: .milliseconds(1500))
                case .processedBefore: .init(.delay, delayAfter: .milliseconds(1500))
                }
            }

            /// One repairs the uncertainty; the other is the token that nobody got.
            var issues: Int { self == .neverProcessed ? 1 : 2 }
        }

        @Test(
            arguments: cases(
                [(Fate.processedBefore, false)],
                [(.neverProcessed, false), (.processedLater, false), (.processedLater, true)]))
        func leaderKilledInACall_IsFollowedByOneRepair(_ fate: Fate, isSupervised: Bool) async throws {
            var plan = ClusterPlan.soonRotated
            plan.isSupervised = isSupervised
            let bound = isSupervised ? .milliseconds(500) : plan.takeoverBound
            try await withCluster(plan) { cluster in
                let app = plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let old = try await cluster.token(of: app)
                let who = isSupervised ? "a supervised leader" : "the leader"
                let (verdict, takeover) = try await cluster.trial("kill -9 of \(who) in a call, \(fate)") { trial in
                    let killed = try await cluster.kill(leader, inACallFor: app, fate)
                    let takeover = try await cluster.takeover(from: leader, since: killed)
                    try await eventually("the token is replaced", within: .seconds(10)) {
                        try await cluster.token(of: app) != old
                    }
                    print("  repaired_after_ms=\((ContinuousClock.now - killed).wholeMilliseconds)")
                    try await trial.refreshIsAnswered(since: killed)
                    if try leader.process.ending != nil { try await leader.start() }
                    return takeover
                }
                verdict.expectRepaired(issues: fate.issues)
                takeover.expect(atMost: bound)
                #expect(verdict.terms == 1)
                #expect(cluster.isAlive(try await cluster.token(of: app)))
            }
        }

        /// The answer to a follower takes a while, so that the leader can die when the token is in Redis and the caller
        /// does not have it.
        @Test func leaderKilledBeforeItsAnswer_HasRotatedOnce_WhoeverAsksAgain() async throws {
            var plan = ClusterPlan.soonRotated
            plan.isRelayed = true
            try await withCluster(plan) { cluster in
                let app = plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let follower = cluster.followers(of: leader)[0]
                let old = try await cluster.token(of: app)
                let checker = Checker(cluster)
                leader.links?.peers.delay(by: .seconds(1))
                try cluster.wechat.revoke(app.id, line: app.line)
                async let first = cluster.refresh(app, reporting: old, at: follower.port)
                try await eventually("the new token is in Redis") { try await cluster.storedToken(app) != old }
                try leader.send(.kill)
                let killed = ContinuousClock.now
                let answer = try await first
                let again = try await cluster.refresh(app, reporting: old, at: follower.port)
                let new = try await cluster.storedToken(app)
                let wait = (ContinuousClock.now - killed).wholeMilliseconds
                print("fault=kill -9 after the publication answered_after_ms=\(wait) issues=\(checker.issues)")
                #expect(answer.status == 200 && answer.token == new, "\(answer.status)")
                #expect(again.status == 200 && again.token == new && again.fields.refreshed == false)
                #expect(new != old && cluster.isAlive(new))
                #expect(checker.issues(of: app) == 1)
                #expect(checker.overlaps == 0)
            }
        }

        @Test(.enabled(if: isLong)) func leaderToldToGoInACall_EndsItFirst_AndIsMissedByNobody() async throws {
            try await withCluster(.soonRotated) { cluster in
                let app = cluster.plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let process = try leader.process
                let (verdict, takeover) = try await cluster.trial("SIGTERM of the leader in a call") { trial in
                    try cluster.wechat.arm(Fate.processedBefore.fault, appID: app.id, endpoint: .token, times: 1)
                    async let answer = cluster.operate("refresh", ["appid": app.id], at: leader.port)
                    try await eventually("the leader is inside its call") {
                        trial.checker.calls.contains { $0.outcome == .issued && $0.endedAt == nil }
                    }
                    let told = ContinuousClock.now
                    try leader.send(.terminate)
                    let takeover = try await cluster.takeover(from: leader, since: told)
                    #expect(try await answer.status == 200)
                    // C + drain + 1 s.
                    #expect(try await process.ended(within: told + .seconds(6) - .now) == .exited(0))
                    try await trial.refreshIsAnswered(since: told)
                    try await leader.start()
                    return takeover
                }
                verdict.expectRepaired(issues: 1)
                #expect(verdict.failedRefreshes == 0)
                // What is left of the call, and the handing over.
                takeover.expect(atMost: .milliseconds(1_500) + .milliseconds(300))
                #expect(verdict.terms == 1)
            }
        }
    }
}

extension Cluster {
    /// Kills the leader once WeChat has its request, or has issued the token.
    fileprivate func kill(
        _ leader: ClusterNode, inACallFor app: ClusterPlan.App, _ fate: ClusterTests.KilledInCallTests.Fate
    ) async throws -> ContinuousClock.Instant {
        let first = lastCall
        try wechat.arm(fate.fault, appID: app.id, endpoint: .token, times: 1)
        async let lost = try? operate("refresh", ["appid": app.id], at: leader.port)
        try await eventually("the leader is inside its call") {
            wechat.calls(after: first, appID: app.id).contains { call in
                guard call.fault != nil, call.endedAt == nil else { return false }
                return fate != .processedBefore || call.outcome == .issued
            }
        }
        try leader.send(.kill)
        let killed = ContinuousClock.now
        #expect(await lost == nil, "the leader died before it could answer")
        return killed
    }
}
