import KeeperTestKit
import NIOCore
import NIOPosix
import RedisClient
import Testing

extension ContinuousClock.Instant {
    /// So long from now that only a fault reaches it.
    static var soon: Self { .now + .seconds(10) }
}

extension RedisServer {
    var endpoint: RedisEndpoint { RedisEndpoint(host: "127.0.0.1", port: port) }
}

/// Runs `body` with a connection to a real, private server.
func withRedis(
    _ arguments: [String] = [], _ body: (RedisConnection, RedisServer) async throws -> Void
) async throws {
    try await withRedisServer(arguments) { server in
        let connection = try await RedisConnection.connect(to: server.endpoint)
        try await body(connection, server)
        await connection.close()
    }
}

/// Runs `body` with a connection to a server whose every read calls `answer`, on the server's event loop.
func withMisbehavingServer(
    answer: @escaping @Sendable (String, any Channel) -> Void,
    _ body: (RedisEndpoint) async throws -> Void
) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Answering(answer: answer))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    do {
        try await body(RedisEndpoint(host: "127.0.0.1", port: port))
        try await server.close()
    } catch {
        try await server.close()
        throw error
    }
}

extension RedisConnection {
    /// Tries a few times: connecting has a short time-out of its own, which a busy machine misses now and then.
    static func connect(to endpoint: RedisEndpoint) async throws(RedisError) -> RedisConnection {
        for _ in 0..<9 {
            do {
                return try await connect(to: endpoint, on: MultiThreadedEventLoopGroup.singleton)
            } catch {
                guard case .notSent = error else { throw error }
            }
        }
        return try await connect(to: endpoint, on: MultiThreadedEventLoopGroup.singleton)
    }

    /// What a command came to, as a value.
    func outcome(
        _ command: [RedisArgument], before deadline: ContinuousClock.Instant
    ) async -> Result<RedisReply, RedisError> {
        do { return .success(try await send(command, before: deadline)) } catch { return .failure(error) }
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: @Sendable (String, any Channel) -> Void

    init(answer: @escaping @Sendable (String, any Channel) -> Void) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer(String(buffer: unwrapInboundIn(data)), context.channel)
    }
}

extension Channel {
    /// Writes raw bytes.
    func say(_ text: String) {
        writeAndFlush(ByteBuffer(string: text), promise: nil)
    }
}
