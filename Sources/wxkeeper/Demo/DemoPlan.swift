internal import Foundation
internal import LocalCluster
internal import WeChatSimulator

/// Who listens where, and what everybody is told: the demo as data.
struct DemoPlan: Sendable {
    /// The classic app, whose every fetch rotates: the one to try things with.
    static let classicApp = "wxdemoclassic00001"
    /// The stable app.
    static let stableApp = "wxdemostable000001"

    let port: Int
    let lifetime: Duration
    let folder: URL
    let nodes: [Node]
    /// Keys and secrets, drawn anew for each demo.
    let clientKey: String
    let clusterSecret: String
    let appSecret: String

    struct Node: Sendable {
        let name: String
        let port: Int
    }

    init(nodeCount: Int, port: Int, lifetime: Duration, folder: URL) {
        self.port = port
        self.lifetime = lifetime
        self.folder = folder
        nodes = (0..<nodeCount).map { index in
            Node(name: String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))), port: port + 1 + index)
        }
        clientKey = GeneratedKey.draw()
        clusterSecret = GeneratedKey.draw()
        appSecret = GeneratedKey.draw()
    }

    var simulatorPort: Int { port + 10 }
    var redisPort: Int { port + 20 }
    /// WeChat keeps the old token for 300 of 7200 s; a short life keeps it for a quarter.
    var overlap: Duration { min(.seconds(300), lifetime / 4) }

    /// Every port in use and what for.
    var ports: [(port: Int, purpose: String)] {
        [(port, "load balancer"), (simulatorPort, "simulated WeChat"), (redisPort, "Redis")]
            + nodes.map { ($0.port, "node \($0.name)") }
    }

    /// The WeChat of the demo.
    var simulator: WeChatSimulatorServer.Configuration {
        get throws {
            .init(
                port: simulatorPort,
                apps: try [Self.classicApp, Self.stableApp].map { try SimulatedApp(appID: $0, secret: appSecret) },
                timing: try .init(lifetime: lifetime, overlap: overlap))
        }
    }

    func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What one node is told.
    ///
    /// The secrets stand in files beside it, as they would in production.
    func configuration(of node: Node) -> String {
        let apps = [(Self.classicApp, SimulatedWeChat.Line.classic), (Self.stableApp, .stable)]
        return NodeConfiguration(
            cluster: (name: "demo", secretFile: file("cluster-secret")), node: (name: node.name, port: node.port),
            redisPort: redisPort, wechat: "http://127.0.0.1:\(simulatorPort)", overlap: overlap,
            apps: apps.map { .init(id: $0, line: $1, secretFile: file("app-secret")) },
            clients: [
                .init(id: "demo", keyFile: file("client-key"), scopes: ["read", "refresh", "observe", "operate"])
            ]
        ).text
    }

    /// Writes everything down where only this user can read it.
    func write() throws {
        let manager = FileManager.default
        try manager.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let balancer = HAProxyConfiguration(port: port, nodes: nodes.map { ($0.name, $0.port) })
        var files = [
            "cluster-secret": clusterSecret, "app-secret": appSecret, "client-key": clientKey,
            "haproxy.cfg": balancer.text,
        ]
        for node in nodes { files["node-\(node.name).yaml"] = configuration(of: node) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
    }
}
