internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Stands between `RequestGate` and the HTTP decoder in a connection's pipeline, and tells when a request begins.
final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let progress: Progress

    init(_ progress: Progress) { self.progress = progress }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if progress.phase == .quiet { progress.phase = .head }
        context.fireChannelRead(data)
    }

    /// How far a connection has come: told and asked by the handlers that watch its requests, on its event loop.
    final class Progress {
        private let number: Int
        private let use: Connections.Use
        private let connections: Connections
        /// Requests whose answers have not been taken.
        var owed = 0
        /// Called when an answer has been taken.
        var onAnswer: (() -> Void)?
        /// Whether the last request's end is still to come.
        var isReceiving = false
        var phase: ConnectionTable.Phase = .quiet {
            didSet { if phase != oldValue { connections.enter(phase, number) } }
        }

        init(_ number: Int, _ use: Connections.Use, _ connections: Connections) {
            self.number = number
            self.use = use
            self.connections = connections
        }

        /// A request was answered whose answer the caller has not taken yet.
        func owe() {
            owed += 1
            phase = .sending
        }

        /// An answer was taken.
        func answerWasTaken() {
            owed = max(0, owed - 1)
            phase = whatComesNext
            onAnswer?()
        }

        /// A request was answered, and its answer taken, before anything else could happen.
        func wasUsed() { use.occur() }

        /// After an answer: a request that was sent ahead may be waiting for us, or we for its body.
        private var whatComesNext: ConnectionTable.Phase {
            owed == 0 ? .quiet : owed == 1 && isReceiving ? .body : .answering
        }
    }
}

/// Stands behind the HTTP codec, and tells how far requests and answers have come.
final class RequestWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let progress: ConnectionWatch.Progress

    init(_ progress: ConnectionWatch.Progress) { self.progress = progress }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            progress.owed += 1
            progress.isReceiving = true
            if progress.owed == 1 { progress.phase = .body }
        case .body: break
        case .end:
            progress.isReceiving = false
            // The rest of a request that was answered before it was complete owes nothing.
            if progress.owed == 0 { progress.phase = .quiet }
            if progress.phase == .body { progress.phase = .answering }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational: progress.phase = .sending
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenSuccess { [progress] in progress.answerWasTaken() }
            return context.write(data, promise: written)
        default: break
        }
        context.write(data, promise: promise)
    }
}
