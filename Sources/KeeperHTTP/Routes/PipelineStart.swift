internal import HummingbirdCore
internal import KeeperCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// Stands where the parsing of a connection's requests begins, and makes all that is behind it when the first bytes
/// come.
///
/// That is a dozen handlers and a stream to a task. A connection that is idle, or asks what `RepeatHandler` knows, goes
/// without: it costs a fraction of the time and the memory.
final class PipelineStart: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let progress: ConnectionWatch.Progress
    private let repeats: RepeatHandler?
    private let node: NodeName
    private let logger: Logger
    private let promise: EventLoopPromise<KeeperChannel.Requests?>
    private var isMade = false

    /// - Parameter promise: kept with what comes out of the pipeline when it is made; nil if it never is.
    init(
        _ progress: ConnectionWatch.Progress, _ repeats: RepeatHandler?, _ node: NodeName, _ logger: Logger,
        _ promise: EventLoopPromise<KeeperChannel.Requests?>
    ) {
        self.progress = progress
        self.repeats = repeats
        self.node = node
        self.logger = logger
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        make(context)
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let isEnd = event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed
        // Nothing was asked that is not answered, and nothing answered that is not taken: `RepeatHandler` sees to that.
        if isEnd, !isMade { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if !isMade { promise.succeed(nil) }
    }

    private func make(_ context: ChannelHandlerContext) {
        guard !isMade else { return }
        do {
            let operations = context.pipeline.syncOperations
            let decoder = RequestDecoder(limits: Self.limits)
            let duties = ProtocolHandler(decoder, node: node)
            let reader = repeats.map { ReadHandler($0.cache) }
            try operations.addHandlers(
                Self.handlers(decoder, duties, reader, progress) + [HTTPConnectionStateHandler(logger: logger)])
            if let reader { repeats?.stands(before: reader, duties) }
            promise.succeed(
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: context.channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)))
            isMade = true
        } catch {
            // Only if the connection is closed already.
            context.close(promise: nil)
        }
    }

    /// What makes requests out of bytes, and bytes out of answers, in the order in which bytes come.
    static func handlers(
        _ decoder: RequestDecoder, _ duties: ProtocolHandler, _ reader: ReadHandler?,
        _ progress: ConnectionWatch.Progress
    ) -> [any ChannelHandler] {
        [
            RequestGate(progress), ConnectionWatch(progress), HTTPResponseEncoder(), ByteToMessageHandler(decoder),
            duties, HTTP1ToHTTPServerCodec(secure: false), ConnectionHandler(), RequestWatch(progress),
        ] + (reader.map { [$0] } ?? [])
    }

    static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 * 1024
        limits.maxHeaderListSize = 32 * 1024
        limits.maxHeaderFieldCount = 100
        return limits
    }
}
