internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Stands in each connection's pipeline, behind the HTTP codec.
///
/// It notices that the caller has hung up while a request is held, and closes the connection after an answer that says
/// `Connection: close`, which Hummingbird leaves to the caller.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    let departure = Departure()
    private var isLastAnswer = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isLastAnswer = head.status.kind != .informational && head.headerFields[.connection] == "close"
            context.write(data, promise: promise)
        case .end where isLastAnswer:
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
        default:
            context.write(data, promise: promise)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half a close: a caller that has ended its side while it waits is taken to have gone.
        if case .some(.inputClosed) = event as? ChannelEvent { departure.happen() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        departure.happen()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        departure.happen()
        context.fireErrorCaught(error)
    }
}

extension Channel {
    /// The departure of this connection's caller; nil if it has no `ConnectionHandler` (in tests without a network).
    func departure() async -> Departure? {
        try? await eventLoop.submit {
            try self.pipeline.syncOperations.handler(type: ConnectionHandler.self).departure
        }.get()
    }
}
