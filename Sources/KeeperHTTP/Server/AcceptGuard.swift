internal import NIOCore

/// Stands first in the listening socket's pipeline, so that a connection that cannot be accepted costs only itself.
///
/// `accept` may fail because the caller has gone already (ECONNABORTED) or because the process has no descriptor left
/// (EMFILE). NIO keeps listening then, but an error that travels on would end Hummingbird's server. It is stopped here,
/// and accepting rests for a moment instead of failing in a busy loop. An error that does end listening closes the
/// channel, which is noticed without this handler.
final class AcceptGuard: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    static let pause: TimeAmount = .milliseconds(100)

    private let log: RateLimitedLog
    private var isPausing = false
    private var isReadAwaited = false

    init(_ log: RateLimitedLog) { self.log = log }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log.warn("a connection could not be accepted: \(error)")
        guard !isPausing else { return }
        isPausing = true
        // Without it NIO asks the kernel again whether a connection waits, and the kernel says yes at once, for ever.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            if self.isReadAwaited { context.read() }
            self.isReadAwaited = false
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    func read(context: ChannelHandlerContext) {
        if isPausing { isReadAwaited = true } else { context.read() }
    }
}
