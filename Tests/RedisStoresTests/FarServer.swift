import NIOCore
import NIOPosix

/// Carries bytes to a port of this machine and back, each piece so much later: a server that is far away.
func withDistance<Value>(
    to port: Int, oneWay delay: TimeAmount, _ body: (_ port: Int) async throws -> Value
) async throws -> Value {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { caller in
            caller.eventLoop.makeCompletedFuture {
                try caller.pipeline.syncOperations.addHandler(Distance(to: port, delay: delay))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        let value = try await body(server.localAddress?.port ?? 0)
        try await server.close()
        return value
    } catch {
        try await server.close()
        throw error
    }
}

/// One side of a carried connection; the other lives on the same event loop, so pieces keep their order.
private final class Distance: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let port: Int?
    private let delay: TimeAmount
    private var other: EventLoopFuture<any Channel>?

    /// The caller's side, which connects to `port`.
    init(to port: Int, delay: TimeAmount) {
        self.port = port
        self.delay = delay
    }

    /// The server's side.
    private init(backTo caller: any Channel, delay: TimeAmount) {
        port = nil
        self.delay = delay
        other = caller.eventLoop.makeSucceededFuture(caller)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let port else { return }
        let (caller, delay) = (context.channel, self.delay)
        other = ClientBootstrap(group: context.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Distance(backTo: caller, delay: delay))
                }
            }
            .connect(host: "127.0.0.1", port: port)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let other else { return }
        context.eventLoop.scheduleTask(in: delay) {
            other.whenSuccess { $0.writeAndFlush(bytes, promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        other?.whenSuccess { $0.close(promise: nil) }
    }
}
