import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Nodes that are not told the same.
    @Suite(.serialized) struct DifferentNodesTests {
        private let shop = ClusterPlan.App("wx-shop", .stable)
        private let newcomer = ClusterPlan.App("wx-new", .classic)

        @Test func differences_TakeNobodyOut_AndAreNamed() async throws {
            try await withCluster(ClusterPlan(apps: [shop])) { cluster in
                let leader = try await cluster.awaitLeader()
                let other = try #require(cluster.nodes.first { $0.name != leader.name })
                try cluster.wechat.add(newcomer.simulated)
                // Only the one that is started again reads what is written for all.
                try await cluster.write([shop, newcomer])
                try await restart(other)
                try await eventually("it is ready without what its leader does not keep", within: .seconds(10)) {
                    await other.status("/readyz") == 200
                }
                try await eventually("both say what differs", within: .seconds(10)) {
                    let mine = try await status(of: other, cluster)
                    let theirs = try await status(of: leader, cluster)
                    return mine.contains("keeps other apps: only here wx-new")
                        && theirs.contains("keeps other apps: only there wx-new")
                }
                #expect(await leader.leads())

                // Two nodes at one address: whoever asks the one finds the other.
                let misled = try #require(cluster.nodes.first { $0.name != leader.name && $0.name != other.name })
                let wrong = cluster.plan.configuration(
                    node: misled.name, port: misled.port, peers: leader.port, redis: cluster.redis.port,
                    wechat: "http://127.0.0.1:\(try await cluster.wechat.port)")
                try cluster.folder.write(wrong, to: "\(misled.name).yaml")
                try await restart(misled)
                for observer in [leader, other] {
                    try await eventually("\(observer.name) says who answers instead", within: .seconds(10)) {
                        try await status(of: observer, cluster).contains("at its address \(leader.name) answers")
                    }
                }
            }
        }

        private func restart(_ node: ClusterNode) async throws {
            try node.askToLeave()
            _ = try await node.process.ended(within: .seconds(20))
            try await node.start()
        }

        private func status(of node: ClusterNode, _ cluster: Cluster) async throws -> String {
            try await ask(node.port, .get("/status", key: cluster.secrets.operate)).body
        }
    }
}
