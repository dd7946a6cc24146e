internal import NIOCore
internal import NIOHTTPTypes

/// Stands in each connection's pipeline, behind the HTTP codec, and notices when the caller disconnects while a request
/// is held.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    let disconnect = CallerDisconnect()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half a close: a caller that has ended its side while it waits is taken to have gone.
        if case .some(.inputClosed) = event as? ChannelEvent { disconnect.occur() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        disconnect.occur()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        disconnect.occur()
        context.fireErrorCaught(error)
    }
}

extension Channel {
    /// The disconnect of this connection's caller; nil without a `ConnectionHandler` (in tests without a network).
    func callerDisconnect() async -> CallerDisconnect? {
        try? await eventLoop.submit {
            try self.pipeline.syncOperations.handler(type: ConnectionHandler.self).disconnect
        }.get()
    }
}
