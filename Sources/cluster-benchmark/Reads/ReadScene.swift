internal import ClusterObservation
internal import Foundation
internal import LocalCluster
internal import NIOHTTP1
internal import WeChatSimulator

/// A node that keeps so many apps, and where others are started that answer as it does.
struct ReadScene: Sendable {
    let node: ReadServer
    let cluster: Cluster
    /// What is read: the token of each app, in turn.
    let questions: Wrk.Questions
    /// The node's answer about the first app.
    private let answer: Answer

    private static let leastNumber = 1_000_000_000_000_000
    /// The first app.
    static let firstApp = "wx\(leastNumber)"

    /// Runs `body` when the node serves every app.
    /// - Parameters:
    ///   - program: The path of `wxkeeper`; nil: the one of the same build.
    ///   - change: What else the cluster is like.
    static func with<Value: Sendable>(
        apps count: Int, program: String? = nil, plan change: (inout ClusterPlan) -> Void = { _ in },
        _ body: (ReadScene) async throws -> Value
    ) async throws -> Value {
        let ids = (0..<count).map { "wx\(leastNumber + $0)" }
        var plan = ClusterPlan(apps: ids.map { ClusterPlan.App($0, .stable) })
        plan.nodes = 1
        plan.logLevel = "warning"
        change(&plan)
        return try await Cluster.with(plan, program: try program ?? BuiltProgram.path) { cluster in
            try await cluster.redis.start()
            return try await body(ReadScene(cluster, paths: ids.map { "/token?appid=\($0)" }))
        }
    }

    private init(_ cluster: Cluster, paths: [String]) async throws {
        self.cluster = cluster
        questions = try Wrk.Questions(paths, in: cluster.folder)
        let (node, key) = (cluster.nodes[0], cluster.secrets.shop)
        let process = try await node.start()
        for path in [paths[paths.count - 1], paths[0]] {
            try await eventually("the node serves \(path): \(process.output)", within: .seconds(120)) {
                (try? await ask(node.port, .get(path, key: key)))?.status == 200
            }
        }
        answer = try await ask(node.port, .get(paths[0], key: key))
        self.node = ReadServer(
            name: "wxkeeper, Bearer", port: node.port, authorization: "Bearer \(key)", process: process)
    }

    /// The node, asked with the client's id and key as user and password.
    var nodeByBasic: ReadServer {
        let pair = Data("shop:\(cluster.secrets.shop)".utf8).base64EncodedString()
        return node.asked(by: "Basic \(pair)", named: "wxkeeper, Basic")
    }

    /// Hummingbird with one route.
    func plain() async throws -> ReadServer {
        let path = try cluster.folder.write(answer.body, to: "answer")
        return try await started("Hummingbird, one route", BuiltProgram.ownPath) { port in
            ["plain", "--port", "\(port)", "--answer", path]
        }
    }

    /// A loop that reads and sends.
    func floor() async throws -> ReadServer {
        let head = answer.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        let path = try cluster.folder.write("HTTP/1.1 200 OK\r\n\(head)\r\n\(answer.body)", to: "message")
        return try await started("a bare epoll loop", BuiltProgram.path(of: "epoll-floor")) { port in
            ["\(port)", path, "\(ReadServer.eventLoops)"]
        }
    }

    /// nginx that answers everything with one text.
    func nginx() async throws -> ReadServer {
        try await started("nginx, `return 200`", "nginx") { port in
            let path = try cluster.folder.write(nginxConfiguration(port: port), to: "static.conf")
            return ["-p", cluster.folder.path, "-e", "stderr", "-g", "daemon off;", "-c", path]
        }
    }

    private func nginxConfiguration(port: Int) -> String {
        """
        worker_processes \(ReadServer.eventLoops);
        pid \(cluster.folder.path)/nginx.pid;
        events { worker_connections 4096; }
        http {
            access_log off;
            keepalive_requests 1000000000;
        \(NginxConfiguration.scratch(in: cluster.folder.path))
            server {
                listen 127.0.0.1:\(port) backlog=4096;
                location / {
                    default_type application/json;
                    return 200 '\(answer.body)';
                }
            }
        }

        """
    }

    /// Starts a program on a free port, and waits until it answers.
    private func started(
        _ name: String, _ program: String, _ arguments: (Int) throws -> [String]
    ) async throws -> ReadServer {
        let port = try await FreePorts.take()
        let process = try await cluster.children.start(program, try arguments(port), name: name)
        try await eventually("\(name) answers: \(process.output)", within: .seconds(20)) {
            (try? await ask(port, .get("/token")))?.status == 200
        }
        return ReadServer(name: name, port: port, authorization: node.authorization, process: process)
    }
}
