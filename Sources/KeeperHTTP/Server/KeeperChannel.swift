internal import HummingbirdCore
internal import KeeperCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// One caller's connection: what stands in its pipeline, where Hummingbird's own has no room for `RequestDecoder` and
/// `ProtocolHandler`.
struct KeeperChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// Of each connection no more bytes are read before the others have their turn.
    static let mostReadAtOnce = 4096

    let responder: Responder
    let node: NodeName

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // A thread goes on with what one connection has brought before it looks at the others again.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.mostReadAtOnce))
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try channel.pipeline.syncOperations.addHandlers(Self.handlers(node: node, logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    /// What makes requests out of bytes, and bytes out of answers.
    static func handlers(node: NodeName, logger: Logger) -> [any ChannelHandler] {
        let decoder = RequestDecoder(limits: limits)
        return [
            HTTPResponseEncoder(), ByteToMessageHandler(decoder), ProtocolHandler(decoder, node: node),
            HTTP1ToHTTPServerCodec(secure: false), ConnectionHandler(), HTTPConnectionStateHandler(logger: logger),
        ]
    }

    func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 * 1024
        limits.maxHeaderListSize = 32 * 1024
        limits.maxHeaderFieldCount = 100
        return limits
    }
}
