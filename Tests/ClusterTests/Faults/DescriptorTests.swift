import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// More callers than a node may have descriptors.
    @Suite(.serialized) struct DescriptorTests {
        private static let limit = 128
        private static let connections = 300

        @Test func flood_TakesNeitherLeaseNorTokenNorNode() async throws {
            var plan = ClusterPlan(
                lifetime: .seconds(100),
                overlap: .seconds(20),
                apps: [.init("wx-classic", .classic)]
            )
            let entrance = ["/bin/sh", "-c", "ulimit -n \(Self.limit); exec \"$@\"", "sh"]
            for name in plan.names { plan.places[name] = Place(host: Place.loopback, entrance: entrance) }
            try await withCluster(plan) { cluster in
                let app = cluster.plan.apps[0]
                let old = try await cluster.token(of: app)
                let checker = Checker(cluster)
                let floods = try await cluster.flood(connections: Self.connections)
                for node in cluster.nodes {
                    // A new caller is let in all the same, as the health checks are.
                    #expect(await node.status("/readyz") == 200)
                    let open = try ProcessTable.descriptors(of: try node.process.processID)
                    #expect(open < Self.limit)
                }
                try cluster.wechat.revoke(app.id, line: app.line)
                for node in cluster.nodes {
                    let report = try Question.post(
                        "/token/refresh",
                        ["appid": app.id, "access_token": old],
                        key: cluster.secrets.shop
                    )
                    #expect(try await ask(node.port, report).status == 200)
                    #expect(try await cluster.token(of: app, from: node.port) != old)
                }
                #expect(checker.terms == 0)
                for node in cluster.nodes {
                    let ending = try node.process.ending
                    #expect(ending == nil)
                }
                for flood in floods { #expect(flood.ending == nil, "the flood has to last as long as the test") }
            }
        }
    }
}

extension Cluster {
    /// Opens so many connections to each node, and keeps them open without asking anything.
    fileprivate func flood(connections: Int) async throws -> [Child] {
        let script = """
            for i in {1..\(connections)}; do exec {descriptor}<>"/dev/tcp/\(Place.loopback)/$1"; done
            echo flooded
            sleep 300
            """
        var floods: [Child] = []
        for node in nodes {
            floods.append(
                try await children.start(
                    "/bin/bash",
                    ["-c", script, "bash", "\(node.port)"],
                    name: "flood of \(node.name)"
                )
            )
        }
        for flood in floods {
            try await eventually("\(flood.name): \(flood.output)", within: .seconds(20)) {
                flood.output.contains("flooded")
            }
        }
        return floods
    }
}
