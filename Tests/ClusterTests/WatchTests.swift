import ClusterObservation
import Foundation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// A program outside the cluster that fetches a token of ours on the classic line.
    @Suite(.serialized) struct WatchTests {
        /// From the moment WeChat drops our token until everybody has the next.
        private static let bound = Duration.seconds(35)

        @Test func externalRotation_IsHealedAndShown() async throws {
            let app = ClusterPlan.App("wx-classic", .classic)
            try await withCluster(ClusterPlan(overlap: .seconds(10), apps: [app])) { cluster in
                let old = try await cluster.token(of: app)
                try cluster.wechat.rotateExternally(app.id)
                try await eventually("WeChat has dropped our token", within: .seconds(20)) {
                    cluster.wechat.standing(of: old)?.grace == .zero
                }
                let dropped = ContinuousClock.now
                try await eventually("every node has the next", within: Self.bound) {
                    for node in cluster.nodes where try await cluster.token(of: app, from: node.port) == old {
                        return false
                    }
                    return true
                }
                print("  healed_after_ms=\((ContinuousClock.now - dropped).wholeMilliseconds)")
                for node in cluster.nodes {
                    let status = try await ask(node.port, .get("/status", key: cluster.secrets.operate)).body
                    #expect(status.contains(#""external_rotations":{"age_seconds":"#), "shown by \(node.name)")
                    #expect(status.contains("a program outside the cluster has ended its token once"))
                }
            }
        }
    }
}
