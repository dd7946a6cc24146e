internal import HummingbirdCore
internal import KeeperCore
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes

/// One caller's connection, where Hummingbird's own has no room for what must stand in its pipeline.
///
/// Most of that is made when something comes that must be parsed; see `PipelineStart`.
struct KeeperChannel: HTTPChannelHandler {
    typealias Requests = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// A connection.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Its requests, when the first has to be parsed; nil if it closes before.
        let requests: EventLoopFuture<Requests?>
    }

    /// Of each connection no more bytes are read before the others have their turn.
    static let mostReadAtOnce = 2048

    /// What is left for the last answers when all conversations are given up.
    static let farewell = TimeAmount.milliseconds(500)

    let responder: Responder
    let node: NodeName
    let connections: Connections
    /// The fast way for reads; nil to answer them as all else.
    let reads: Reads?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // A thread goes on with what one connection has brought before it looks at the others again.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.mostReadAtOnce))
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            let progress = connections.admit(channel)
            let repeats = reads.map { RepeatHandler(progress, $0.cache(of: channel.eventLoop)) }
            let operations = channel.pipeline.syncOperations
            if let repeats { try operations.addHandler(repeats) }
            let promise = channel.eventLoop.makePromise(of: Requests?.self)
            do {
                try operations.addHandler(PipelineStart(progress, repeats, node, logger, promise))
            } catch {
                promise.fail(error)
            }
            return Value(channel: channel, requests: promise.futureResult)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            guard let requests = try? await value.requests.get() else { return }
            await handleHTTP(asyncChannel: requests, logger: logger)
        } onCancel: {
            // Hummingbird ends one side only, and would wait for ever for a caller that takes no answer.
            value.channel.eventLoop.scheduleTask(in: Self.farewell) { value.channel.close(promise: nil) }
        }
    }
}
