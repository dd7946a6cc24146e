internal import Foundation

/// A private `redis-server` on a free port of the loopback, without persistence, gone after the test.
///
/// A shell watches it and ends it as soon as the test process is gone, so no server outlives a crash.
public final class RedisServer: Sendable {
    /// Where it listens, on 127.0.0.1.
    public let port: Int

    private let process: Process
    private let leash: Pipe
    private let folder: URL
    private let ended: AsyncStream<Void>

    /// Becomes the server, after leaving a watcher behind that ends it when the standard input ends. (A job in the
    /// background has no standard input of its own; descriptor 3 hands it on. The shell itself could not wait for its
    /// children: it may have been started with SIGCHLD blocked.)
    private static let script = """
        exec 3<&0
        { cat <&3; grep -q redis-server /proc/$$/comm && kill -9 $$; } >/dev/null 2>&1 &
        exec redis-server "$@" </dev/null 3<&-
        """

    /// The server did not say that it was ready; with what it said instead.
    public struct NotStarted: Error {
        let output: String
    }

    private init(port: Int, arguments: [String]) throws {
        self.port = port
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        leash = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments =
            ["-c", Self.script, "sh"]
            + ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.path]
            + arguments
        process.standardInput = leash
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ended = ended
        process.terminationHandler = { _ in continuation.finish() }
    }

    /// Starts a server; extra `arguments` are as on its command line.
    public static func start(_ arguments: [String] = []) async throws -> RedisServer {
        var output = ""
        for _ in 0..<8 {
            // Below the range from which the kernel takes the ports of outgoing connections.
            let server = try RedisServer(port: .random(in: 15_000..<32_000), arguments: arguments)
            output = try await server.launch()
            if output.contains("Ready to accept connections") { return server }
            await server.stop()
        }
        throw NotStarted(output: output)
    }

    /// Returns what the server said until it was ready or gave up.
    ///
    /// It writes to a file. A pipe that Foundation watches may be closed while it is watched yet, when many servers
    /// come and go, and that ends the process.
    private func launch() async throws -> String {
        let log = folder.appendingPathComponent("redis.log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try output.close()
        var said = ""
        try await eventually("Redis is ready, or has given up") {
            said = try String(contentsOf: log, encoding: .utf8)
            return said.contains("Ready to accept connections") || said.contains("Failed listening")
                || !process.isRunning
        }
        return said
    }

    /// Ends the server and removes its folder. Connections to it end at once.
    public func stop() async {
        // The leash alone is not enough: a server started at the same moment may hold its other end too, and two such
        // servers would wait for each other.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? leash.fileHandleForWriting.close()
        for await _ in ended {}
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Runs `body` with a server of its own.
public func withRedisServer<Value>(
    _ arguments: [String] = [], _ body: (RedisServer) async throws -> Value
) async throws -> Value {
    let server = try await RedisServer.start(arguments)
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        await server.stop()
        throw error
    }
}
