import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Nodes that start: wrongly, twice, again, all at once.
    @Suite(.serialized) struct StartTests {
        @Test func wrongConfiguration_IsToldAtOnce_AndExitsWith78() async throws {
            let secret = FreshSecret.draw("written")
            let configuration = """
                cluster:
                  redis: http://127.0.0.1
                  secret: \(secret)
                  lease: { ttl: 4 }
                node: { lissten: 127.0.0.1:1 }
                wechat: { base-url: "ftp://127.0.0.1" }
                apps: [{ appid: wx1, secret: { env: NOT_SET }, api: quick }]
                clients: [{ id: shop, key: { value: \(secret) }, apps: [wx2] }]
                """
            let paths = [
                "cluster.redis", "cluster.secret", "cluster.lease.ttl", "node.lissten", "wechat.base-url",
                "apps[0].secret", "apps[0].api", "clients[0].apps",
            ]
            try await Folder.with { folder in
                let path = try folder.write(configuration, to: "wrong.yaml")
                try await withChildren { children in
                    let node = try await children.start(
                        BuiltProgram.path, ["serve", "--config", path], name: "wxkeeper")
                    #expect(try await node.ended(within: .seconds(10)) == .exited(78))
                    for path in paths { #expect(node.output.contains(path), "\(node.output)") }
                    #expect(!node.output.contains(secret))
                }
            }
        }

        @Test func secondNodeOfOneName_ExitsWith75_AndTheFirstIsUndisturbed() async throws {
            try await withCluster(.quickToStart) { cluster in
                let first = try await cluster.awaitLeader()
                let process = try first.process
                let checker = Checker(cluster)
                let start = ContinuousClock.now
                let second = try await cluster.startDouble(of: first)
                #expect(try await second.ended(within: .seconds(20)) == .exited(75), "\(second.output)")
                let wait = ContinuousClock.now - start
                print("fault=second node of one name ended_after_ms=\(wait.wholeMilliseconds)")
                #expect(process.ending == nil)
                #expect(await first.leads())
                #expect(await first.status("/readyz") == 200)
                #expect(checker.issues == 0)
                #expect(checker.terms == 0)
            }
        }

        @Test func killedLeaderStartedAgain_ServesAtOnce() async throws {
            try await withCluster(.quickToStart) { cluster in
                let app = cluster.plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let token = try await cluster.token(of: app)
                let checker = Checker(cluster)
                try leader.send(.kill)
                _ = try await leader.process.ended(within: .seconds(20))
                let wait = try await cluster.restart([leader], serving: token, of: app)
                print("fault=kill -9 and restart serves_after_ms=\(wait.wholeMilliseconds) issues=\(checker.issues)")
                #expect(wait < .seconds(5))
                try await cluster.awaitHealth()
                _ = try await cluster.awaitLeader()
                #expect(checker.issues == 0)
            }
        }

        @Test func allNodesKilledAndStartedAgain_ServeWhatRedisKept() async throws {
            try await withCluster { cluster in
                let app = cluster.plan.apps[0]
                let token = try await cluster.token(of: app)
                let checker = Checker(cluster)
                for node in cluster.nodes { try node.send(.kill) }
                for node in cluster.nodes { _ = try await node.process.ended(within: .seconds(20)) }
                let wait = try await cluster.restart(cluster.nodes, serving: token, of: app)
                print("fault=all nodes killed serves_after_ms=\(wait.wholeMilliseconds) issues=\(checker.issues)")
                #expect(wait < .seconds(5))
                _ = try await cluster.awaitLeader()
                try await cluster.awaitHealth()
                #expect(checker.issues == 0)
            }
        }
    }
}

extension ClusterPlan {
    /// The stable line needs no quiet period, so its first token is there sooner.
    static var quickToStart: ClusterPlan { ClusterPlan(apps: [App("wx-stable", .stable)]) }
}

extension Cluster {
    /// Starts another process under the name of `node`, with an address of its own.
    fileprivate func startDouble(of node: ClusterNode) async throws -> Child {
        let text = plan.configuration(
            node: node.name, port: try await FreePorts.take(), redis: redis.port, wechat: try await wechat.baseURL)
        let path = try folder.write(text, to: "double.yaml")
        return try await children.start(BuiltProgram.path, ["serve", "--config", path], name: "double")
    }

    /// Starts nodes and waits until each serves `token`; returns how long that took from the first start.
    fileprivate func restart(
        _ nodes: [ClusterNode], serving token: String, of app: ClusterPlan.App
    ) async throws -> Duration {
        let start = ContinuousClock.now
        for node in nodes { try await node.start() }
        for node in nodes {
            try await eventually("\(node.name) serves again", within: .seconds(10)) {
                (try? await read(app, from: node.port))?.token == token
            }
        }
        return ContinuousClock.now - start
    }
}
