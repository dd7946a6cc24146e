import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Apps that come and go without a restart.
    @Suite(.serialized) struct ReloadTests {
        private let shop = ClusterPlan.App("wx-shop", .stable)
        private let newcomer = ClusterPlan.App("wx-new", .classic)

        @Test func newAppsAndBadFiles_AreNoticedByNobodyElse() async throws {
            try await withCluster(ClusterPlan(apps: [shop])) { cluster in
                _ = try await cluster.awaitLeader()
                let (verdict, _) = try await cluster.trial("apps come and go") { _ in
                    try cluster.wechat.add(newcomer.simulated)
                    try await cluster.write([shop, newcomer])
                    // Both ways of telling a node.
                    for node in cluster.nodes.dropFirst() { try node.send(.terminalClosed) }
                    let reply = try await cluster.operate("reload", [:], at: cluster.nodes[0].port)
                    #expect(reply.status == 200 && reply.body.contains(#""added":["wx-new"]"#), "\(reply.body)")
                    try await eventually("every node serves the new app", within: .seconds(10)) {
                        var tokens: Set<String?> = []
                        for node in cluster.nodes {
                            let path = "/token?appid=wx-new"
                            tokens.insert(try await ask(node.port, .get(path, key: cluster.secrets.shop)).token)
                        }
                        return tokens.count == 1 && tokens.first != .some(nil)
                    }

                    let mistake = "apps: [{ appid: wx-shop, api: fastest }]"
                    try cluster.folder.write(mistake, to: "\(cluster.nodes[0].name).yaml")
                    let bad = try await cluster.operate("reload", [:], at: cluster.nodes[0].port)
                    #expect(bad.status == 422 && bad.body.contains("apps[0].api"), "\(bad.body)")
                    #expect(try await !cluster.token(of: newcomer, from: cluster.nodes[0].port).isEmpty)

                    try await cluster.write([shop])
                    for node in cluster.nodes {
                        let reply = try await cluster.operate("reload", [:], at: node.port)
                        #expect(reply.body.contains(#""removed":["wx-new"]"#), "\(reply.body)")
                        let gone = try await ask(
                            node.port, .get("/token?appid=wx-new", key: cluster.secrets.shop))
                        #expect(gone.status == 404)
                    }
                }
                #expect(verdict.reads > 0 && verdict.failedReads == 0 && verdict.failedRefreshes == 0, "\(verdict)")
                #expect(verdict.terms == 0)
                #expect(verdict.issues == 1, "the first token of the new app")
            }
        }
    }
}
