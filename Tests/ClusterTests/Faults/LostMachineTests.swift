import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// A leader and its supervisor are gone at once, so that nobody gives the lease back: F2 of the fault table.
    @Suite(.serialized, .enabled(if: isLong)) struct LostMachineTests {
        @Test(arguments: [ClusterPlan(), .defaultLease])
        func lostLeader_IsReplacedBeforeTheBound_AndNobodyNotices(_ plan: ClusterPlan) async throws {
            var plan = plan
            plan.isSupervised = true
            try await withCluster(plan) { cluster in
                for _ in 0..<3 {
                    let leader = try await cluster.awaitLeader()
                    let fault = "kill -9 of leader and supervisor, lease \(plan.ttl)"
                    let (verdict, takeover) = try await cluster.trial(fault) { trial in
                        try leader.loseMachine()
                        let takeover = try await cluster.takeover(from: leader, since: trial.start)
                        try await trial.refreshIsAnswered(since: trial.start)
                        try await leader.start()
                        return takeover
                    }
                    verdict.expectUnnoticed()
                    #expect(verdict.failedRefreshes == 0)
                    takeover.expect(atMost: plan.takeoverBound)
                    #expect(takeover.gap > .seconds(2), "nobody was left to give the lease back")
                    #expect(verdict.terms == 1)
                    // The refresh that is held meanwhile is answered by the new leader, and no call was open.
                    let refreshGap = try #require(verdict.refreshGap)
                    #expect(refreshGap <= takeover.gap + takeover.stalled + .milliseconds(500))
                }
            }
        }
    }
}
