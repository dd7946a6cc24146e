import NIOCore
import NIOPosix
import Synchronization

/// Gives every byte back, and counts what it has got.
struct EchoServer {
    let port: Int
    private let received: Received

    private final class Received: Sendable {
        let bytes = Mutex(0)
    }

    var bytesReceived: Int { received.bytes.withLock(\.self) }

    /// Runs `body` with a server on a free port.
    static func with(_ body: (EchoServer) async throws -> Void) async throws {
        let received = Received()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Echo(received: received))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(EchoServer(port: channel.localAddress?.port ?? 0, received: received))
        } catch {
            try? await channel.close().get()
            throw error
        }
        try await channel.close().get()
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        let received: Received

        init(received: Received) { self.received = received }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.bytes.withLock { $0 += unwrapInboundIn(data).readableBytes }
            context.writeAndFlush(data, promise: nil)
        }
    }
}

/// A caller of the echo server, which keeps what it hears.
final class Caller: Sendable {
    private let channel: any Channel
    private let ear: Ear

    private final class Ear: Sendable {
        let text = Mutex("")
    }

    private init(_ channel: any Channel, _ ear: Ear) {
        self.channel = channel
        self.ear = ear
    }

    static func connect(to port: Int, within limit: TimeAmount = .seconds(10)) async throws -> Caller {
        let ear = Ear()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Listening(ear: ear))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return Caller(channel, ear)
    }

    var answer: String { ear.text.withLock(\.self) }
    var isConnected: Bool { channel.isActive }

    func say(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)).get() }
    func hangUp() async throws { try await channel.close().get() }

    private final class Listening: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        let ear: Ear

        init(ear: Ear) { self.ear = ear }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            ear.text.withLock { $0 += String(buffer: unwrapInboundIn(data)) }
        }
    }
}
