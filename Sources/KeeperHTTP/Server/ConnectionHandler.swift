internal import NIOCore
internal import NIOHTTPTypes

/// Stands in each connection's pipeline, behind the HTTP codec, and notices that the caller has hung up while a request
/// is held.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    let departure = Departure()

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
