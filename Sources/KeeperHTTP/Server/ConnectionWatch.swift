internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Stands first in a connection's pipeline, and tells when a request begins.
final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let progress: Progress

    init(_ number: Int, _ connections: Connections) { progress = Progress(number, connections) }

    func channelActive(context: ChannelHandlerContext) {
        // By now the pipeline is built. Without the codec (in tests) there are no requests to watch.
        let operations = context.pipeline.syncOperations
        if let place = try? operations.context(handlerType: ConnectionHandler.self) {
            try? operations.addHandler(RequestWatch(progress), position: .after(place.handler))
            try? operations.addHandler(RequestGate(progress), position: .first)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if progress.phase == .quiet { progress.phase = .head }
        context.fireChannelRead(data)
    }

    /// How far a connection has come; shared by its two handlers, on its event loop.
    final class Progress {
        private let number: Int
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

        init(_ number: Int, _ connections: Connections) {
            self.number = number
            self.connections = connections
        }

        /// After an answer: a request that was sent ahead may be waiting for us, or we for its body.
        var whatComesNext: ConnectionTable.Phase {
            owed == 0 ? .quiet : owed == 1 && isReceiving ? .body : .answering
        }
    }
}

/// Stands behind the HTTP codec, and tells how far requests and answers have come.
private final class RequestWatch: ChannelDuplexHandler {
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
            written.futureResult.assumeIsolated().whenSuccess { [progress] in
                progress.owed = max(0, progress.owed - 1)
                progress.phase = progress.whatComesNext
                progress.onAnswer?()
            }
            return context.write(data, promise: written)
        default: break
        }
        context.write(data, promise: promise)
    }
}
