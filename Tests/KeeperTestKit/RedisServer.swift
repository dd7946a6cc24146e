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
    private func launch() async throws -> String {
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let (chunks, continuation) = AsyncStream.makeStream(of: String.self)
        // Reads on to the end, so that the server never waits for us to take its words.
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                continuation.finish()
            } else {
                continuation.yield(String(decoding: data, as: UTF8.self))
            }
        }
        try process.run()
        var output = ""
        for await chunk in chunks {
            output += chunk
            if output.contains("Ready to accept connections") || output.contains("Failed listening") { break }
        }
        return output
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
