import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Two clusters on one Redis: F35 of the fault table.
    @Suite(.serialized) struct NeighbourTests {
        @Test func clusterOfAnotherName_IsIsolated() async throws {
            try await withCluster { cluster in
                let app = cluster.plan.apps[1]
                let leader = try await cluster.awaitLeader()
                let token = try await cluster.token(of: app)
                let checker = Checker(cluster)
                let neighbour = try await cluster.startNeighbour("other", secret: cluster.secrets.cluster)
                try await eventually("the neighbour leads its own cluster") {
                    (try? await ask(neighbour.port, .get("/leader")).status) == 200
                }
                try await eventually("the neighbour serves") {
                    (try? await cluster.read(app, from: neighbour.port).status) == 200
                }
                let keys = try await cluster.redis.run("KEYS", "wxkeeper:*").split(separator: "\n")
                print("fault=another cluster on this Redis issues=\(checker.issues) terms=\(checker.terms)")
                #expect(keys.contains("wxkeeper:{other}:tok:\(app.id)"))
                #expect(keys.allSatisfy { $0.hasPrefix("wxkeeper:{other}:") || $0.hasPrefix(cluster.key("")) })
                #expect(await leader.leads())
                #expect(checker.terms == 0 && checker.issues == 0 && checker.overlaps == 0)
                #expect(try await cluster.token(of: app) == token)
            }
        }

        /// It names the same keys, and Redis alone cannot tell the two apart; the nodes can.
        @Test(.enabled(if: isLong))
        func clusterOfThisNameWithAnotherSecret_IsRefusedByTheNodes_WhoSaySo() async throws {
            try await withCluster { cluster in
                let app = cluster.plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let before = try await cluster.record(of: app)
                let checker = Checker(cluster)
                let stranger = try await cluster.startNeighbour(
                    ClusterPlan.clusterName, secret: FreshSecret.draw("cluster"))
                try await eventually("the stranger listens") {
                    (try? await ask(stranger.port, .get("/livez")).status) == 200
                }
                let token = try await cluster.token(of: app)
                let answer = try await cluster.refresh(app, reporting: token, at: stranger.port)
                print("fault=another cluster secret status=\(answer.status) issues=\(checker.issues)")
                #expect(answer.status == 503)
                #expect(leader.log.contains("no proof that it comes from a node of this cluster"))
                #expect(await leader.leads())
                #expect(checker.terms == 0 && checker.issues == 0)
                #expect(try await cluster.record(of: app) == before)
            }
        }
    }
}

extension Cluster {
    /// Starts a node of another cluster, on the same Redis and WeChat.
    fileprivate func startNeighbour(_ name: String, secret: String) async throws -> (child: Child, port: Int) {
        try folder.write(secret, to: "neighbour.secret")
        let port = try await FreePorts.take()
        var configuration = NodeConfiguration(
            cluster: (name: name, secretFile: "neighbour.secret"), node: (name: "neighbour", port: port),
            redisPort: redis.port, wechat: try await wechat.baseURL, overlap: plan.overlap,
            apps: plan.apps.filter { $0.line == .stable || name == ClusterPlan.clusterName }
                .map { .init(id: $0.id, line: $0.line, secretFile: "\($0.id).secret") },
            clients: [.init(id: "shop", keyFile: "shop.secret", scopes: ["read", "refresh"])])
        configuration.ttl = plan.ttl
        configuration.timeout = plan.timeout
        let path = try folder.write(configuration.text, to: "neighbour.yaml")
        let child = try await children.start(BuiltProgram.path, ["serve", "--config", path], name: "neighbour")
        return (child, port)
    }

    /// Token, fingerprint and version, as they stand in Redis.
    fileprivate func record(of app: ClusterPlan.App) async throws -> String {
        try await redis.run("HMGET", key(of: app), "token", "fingerprint", "version")
    }
}
