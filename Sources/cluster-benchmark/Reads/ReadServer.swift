internal import ClusterObservation
internal import Foundation
internal import LocalCluster
internal import WeChatSimulator

/// Somebody who hands out tokens, or what looks like one.
struct ReadServer: Sendable {
    let name: String
    let port: Int
    private let process: Child

    /// Of all its processes.
    var processorTime: Duration {
        get throws { try processes.reduce(.zero) { try $0 + ProcessTable.processorTime(of: $1) } }
    }

    /// Resident, in bytes; of the one that answers.
    var memory: Int { get throws { try processes.map { try ProcessTable.memory(of: $0).now }.max() ?? 0 } }

    private var processes: [Int32] { [process.processID] + ProcessTable.likeChildren(of: process.processID) }

    /// Starts a node that keeps so many apps, and a plain Hummingbird and nginx that answer what the node does; nginx
    /// is the last.
    static func withAll<Value: Sendable>(
        apps count: Int, _ body: ([ReadServer], Wrk.Questions) async throws -> Value
    ) async throws -> Value {
        let ids = (0..<count).map { "wx\(1_000_000_000_000_000 + $0)" }
        var plan = ClusterPlan(apps: ids.map { ClusterPlan.App($0, .stable) })
        plan.nodes = 1
        plan.logLevel = "warning"
        return try await Cluster.with(plan, program: try BuiltProgram.path) { cluster in
            try await cluster.redis.start()
            let paths = ids.map { "/token?appid=\($0)" }
            try cluster.folder.write(paths.joined(separator: "\n") + "\n", to: "paths")
            let node = try await started(cluster, last: paths[paths.count - 1])
            let answer = try await ask(node.port, .get(paths[0], key: cluster.secrets.shop)).body
            try cluster.folder.write(answer, to: "answer")
            let servers = [node, try await plain(cluster), try await nginx(cluster, answer)]
            return try await body(
                servers, Wrk.Questions(paths: paths, key: cluster.secrets.shop, folder: cluster.folder))
        }
    }

    private static func started(_ cluster: Cluster, last: String) async throws -> ReadServer {
        let node = cluster.nodes[0]
        let process = try await node.start()
        try await eventually("the node serves every token: \(process.output)", within: .seconds(120)) {
            let answer = try? await ask(node.port, .get(last, key: cluster.secrets.shop))
            return answer?.status == 200
        }
        return ReadServer(name: "wxkeeper", port: node.port, process: process)
    }

    private static func plain(_ cluster: Cluster) async throws -> ReadServer {
        let port = try await FreePorts.take()
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let arguments = ["plain", "--port", "\(port)", "--answer", "\(cluster.folder.path)/answer"]
        let process = try await cluster.children.start(program, arguments, name: "Hummingbird")
        return try await listening(ReadServer(name: "Hummingbird, one route", port: port, process: process))
    }

    private static func nginx(_ cluster: Cluster, _ answer: String) async throws -> ReadServer {
        let port = try await FreePorts.take()
        let path = try cluster.folder.write(
            """
            worker_processes 1;
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
                        return 200 '\(answer)';
                    }
                }
            }

            """, to: "static.conf")
        let process = try await cluster.children.start(
            "nginx", ["-p", cluster.folder.path, "-e", "stderr", "-g", "daemon off;", "-c", path], name: "nginx")
        return try await listening(ReadServer(name: "nginx, `return 200`", port: port, process: process))
    }

    private static func listening(_ server: ReadServer) async throws -> ReadServer {
        try await eventually("\(server.name) answers: \(server.process.output)", within: .seconds(20)) {
            (try? await ask(server.port, .get("/token")))?.status == 200
        }
        return server
    }
}
