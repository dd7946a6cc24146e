import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// More callers than a node may have descriptors.
    @Suite(.serialized) struct DescriptorTests {
        /// Descriptors that a node may have, connections made to it, and how long they are left idle.
        struct Flood: Sendable, CustomTestStringConvertible {
            let limit: Int
            let connections: Int
            let length: Duration

            var testDescription: String { "\(connections) connections, \(limit) descriptors" }
        }

        /// What an idle crowd may cost of one processor, where it is watched for long enough.
        private static let mostProcessorTime = 0.1

        @Test(
            arguments: cases(
                [Flood(limit: 128, connections: 300, length: .zero)],
                [Flood(limit: 1024, connections: 5000, length: .seconds(20))]
            )
        )
        func flood_TakesNeitherLeaseNorTokenNorNode(_ flood: Flood) async throws {
            var plan = ClusterPlan(
                lifetime: .seconds(100),
                overlap: .seconds(20),
                apps: [.init("wx-classic", .classic)]
            )
            let entrance = ["/bin/sh", "-c", "ulimit -n \(flood.limit); exec \"$@\"", "sh"]
            for name in plan.names { plan.places[name] = Place(host: Place.loopback, entrance: entrance) }
            try await withCluster(plan) { cluster in
                let app = cluster.plan.apps[0]
                let old = try await cluster.token(of: app)
                let checker = Checker(cluster)
                let floods = try await cluster.flood(connections: flood.connections)
                if flood.length > .zero {
                    let shares = try await cluster.processorShares(during: flood.length)
                    print("  processor_share=\(shares)")
                    #expect(shares.allSatisfy { $0 < Self.mostProcessorTime }, "\(shares)")
                }
                for node in cluster.nodes {
                    // A new caller is let in all the same, as the health checks are.
                    #expect(await node.status("/readyz") == 200)
                    let open = try ProcessTable.descriptors(of: try node.process.processID)
                    #expect(open < flood.limit)
                }
                let took = try await cluster.replaceEverywhere(old, of: app).wholeMilliseconds
                print("fault=\(flood.testDescription) replaced_everywhere_ms=\(took) terms=\(checker.terms)")
                #expect(checker.terms == 0)
                #expect(cluster.lapses == 0)
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
    /// WeChat refuses a token, and each node is told; returns how long it took until all had another.
    fileprivate func replaceEverywhere(_ old: String, of app: ClusterPlan.App) async throws -> Duration {
        try wechat.revoke(app.id, line: app.line)
        let refused = ContinuousClock.now
        for node in nodes {
            let report = try Question.post(
                "/token/refresh", ["appid": app.id, "access_token": old], key: secrets.shop)
            #expect(try await ask(node.port, report).status == 200)
            #expect(try await token(of: app, from: node.port) != old)
        }
        return .now - refused
    }

    /// So many by one process: whoever runs this may have few descriptors too.
    private static let connectionsOfOneProcess = 500

    /// Opens so many connections to each node, and keeps them open without asking anything.
    fileprivate func flood(connections: Int) async throws -> [Child] {
        let script = """
            for i in $(seq $2); do exec {descriptor}<>"/dev/tcp/\(Place.loopback)/$1"; done
            echo flooded
            sleep 300
            """
        var floods: [Child] = []
        for first in stride(from: 0, to: connections, by: Self.connectionsOfOneProcess) {
            let count = min(Self.connectionsOfOneProcess, connections - first)
            for node in nodes {
                floods.append(
                    try await children.start(
                        "/bin/bash",
                        ["-c", script, "bash", "\(node.port)", "\(count)"],
                        name: "flood of \(node.name)"
                    )
                )
            }
        }
        for flood in floods {
            try await eventually("\(flood.name): \(flood.output)", within: .seconds(20)) {
                flood.output.contains("flooded")
            }
        }
        return floods
    }

    /// How much of one processor each node uses while nothing is done.
    fileprivate func processorShares(during length: Duration) async throws -> [Double] {
        let start = ContinuousClock.now
        let before = try nodes.map { try ProcessTable.processorTime(of: $0.process.processID) }
        try await hold("the connections are idle", for: length)
        return try zip(nodes, before).map { node, before in
            (try ProcessTable.processorTime(of: node.process.processID) - before) / (ContinuousClock.now - start)
        }
    }
}
