internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RedisClient

/// Asks a node for a token, over one connection, until it is another one.
///
/// It answers no task and waits for none: a thread of its own sees what comes, and is let in soon. A machine that is
/// busy with the load would otherwise delay whoever looks more than what is looked at.
final class TokenWatch: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// What comes sooner after the last look is not told apart.
    static let period = TimeAmount.milliseconds(1)
    private static let patience = TimeAmount.seconds(20)
    private static let threads = MultiThreadedEventLoopGroup.prompt()

    private let head: HTTPRequestHead
    private let old: String
    private let arrival: EventLoopPromise<ContinuousClock.Instant>
    private var status = HTTPResponseStatus.ok
    private var body = ""

    private init(_ head: HTTPRequestHead, _ old: String, _ arrival: EventLoopPromise<ContinuousClock.Instant>) {
        self.head = head
        self.old = old
        self.arrival = arrival
    }

    /// The moment in which the node on `port` is seen to serve another token than `old`.
    static func arrival(
        after old: String, at path: String, key: String, port: Int
    ) async throws -> ContinuousClock.Instant {
        let loop = threads.next()
        let arrival = loop.makePromise(of: ContinuousClock.Instant.self)
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path,
            headers: ["Host": "localhost", "Authorization": "Bearer \(key)"])
        let connecting = ClientBootstrap(group: threads).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(TokenWatch(head, old, arrival))
            }
        }.connect(host: "127.0.0.1", port: port)
        connecting.whenFailure { arrival.fail($0) }
        loop.scheduleTask(in: patience) { arrival.fail(NotMeasured("no new token came to port \(port)")) }
        defer { connecting.whenSuccess { $0.close(promise: nil) } }
        return try await withTaskCancellationHandler {
            try await arrival.futureResult.get()
        } onCancel: {
            arrival.fail(CancellationError())
        }
    }

    func channelActive(context: ChannelHandlerContext) { ask(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            status = head.status
            body = ""
        case .body(let part): body += String(buffer: part)
        case .end:
            guard status == .ok, !body.contains(old) else {
                context.eventLoop.assumeIsolated().scheduleTask(in: Self.period) { self.ask(context) }
                return
            }
            arrival.succeed(.now)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrival.fail(NotMeasured("a node that was asked for its token has hung up"))
    }

    private func ask(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
