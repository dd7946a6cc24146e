internal import ClusterObservation
internal import LocalCluster
internal import Subprocess

/// A private `redis-server` on a free port of the loopback, without persistence, gone after the test.
public final class RedisServer: Sendable {
    /// Where it listens, on 127.0.0.1.
    public let port: Int

    private let child: Child

    /// The server did not say that it was ready; with what it said instead.
    public struct NotStarted: Error {
        let output: String
    }

    private init(port: Int, child: Child) {
        self.port = port
        self.child = child
    }

    fileprivate static func start(
        _ arguments: [String], in folder: Folder, _ children: Children
    ) async throws -> RedisServer {
        var output = ""
        for _ in 0..<8 {
            // Below the range from which the kernel takes the ports of outgoing connections.
            let port = Int.random(in: 15_000..<32_000)
            let common = ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            let child = try await children.start(
                "redis-server", common + ["--dir", folder.path] + arguments, name: "redis-server")
            try await eventually("Redis is ready, or has given up") {
                output = child.output
                return child.ending != nil || output.contains("Ready to accept connections")
            }
            if child.ending == nil { return RedisServer(port: port, child: child) }
        }
        throw NotStarted(output: output)
    }

    /// Ends the server before its scope does.
    ///
    /// Connections to it end at once.
    public func stop() async throws {
        try child.send(.kill)
        _ = try await child.ended(within: .seconds(20))
    }
}

/// Runs `body` with a server of its own; extra `arguments` are as on its command line.
public func withRedisServer<Value: Sendable>(
    _ arguments: [String] = [], _ body: (RedisServer) async throws -> Value
) async throws -> Value {
    try await Folder.with { folder in
        try await withChildren { children in
            try await body(try await RedisServer.start(arguments, in: folder, children))
        }
    }
}
