import Foundation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// nginx in front of the nodes, with the configuration that we ship.
    @Suite(.serialized) struct NginxTests {
        private static let isInstalled = ProgramPath.text.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/nginx")
        }

        @Test(.enabled(if: isInstalled, "nginx is not installed"))
        func killedLeaderBehindNginx_IsNoticedByNobody() async throws {
            var plan = ClusterPlan()
            plan.balancer = .nginx
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let (verdict, takeover) = try await cluster.trial("kill -9 of the leader behind nginx") { trial in
                    try leader.send(.kill)
                    let takeover = try await cluster.takeover(from: leader, since: trial.start)
                    try await trial.refreshIsAnswered(since: trial.start)
                    try await leader.start()
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
