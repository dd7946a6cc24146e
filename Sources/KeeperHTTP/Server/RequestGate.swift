internal import NIOCore

/// Stands before all that parse in a connection's pipeline, and lets requests that were sent ahead through a few at a
/// time.
///
/// One caller may send thousands of short requests in one breath. Taken in all at once they would keep their thread
/// from every other connection, and wait in memory with their answers. So nothing more is let through, and nothing more
/// read, while many of them are not answered; a caller that takes no answers is not read from either.
final class RequestGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    /// While so many requests are not answered, no more bytes are let through.
    static let mostAhead = 16
    /// So many bytes are let through at a time: the whole request of most callers, or thirty of the shortest.
    static let portion = 1024

    private let progress: ConnectionWatch.Progress
    private var held = ByteBuffer()
    private var isReadAwaited = false
    /// Whether the caller has ended its side behind what is held.
    private var isInputClosed = false
    private var isForwarding = false

    init(_ progress: ConnectionWatch.Progress) { self.progress = progress }

    func handlerAdded(context: ChannelHandlerContext) {
        progress.onAnswer = { self.forward(context, isRead: false) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { progress.onAnswer = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        forward(context, isRead: true)
    }

    func read(context: ChannelHandlerContext) {
        if held.readableBytes == 0 { context.read() } else { isReadAwaited = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if held.readableBytes > 0, case .some(.inputClosed) = event as? ChannelEvent {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        held = ByteBuffer()
        context.fireChannelInactive()
    }

    /// Lets through what may go.
    /// - Parameter isRead: whether the channel is reading, and will say itself when it has finished.
    private func forward(_ context: ChannelHandlerContext, isRead: Bool) {
        guard !isForwarding, held.readableBytes > 0 else { return }
        isForwarding = true
        while progress.owed < Self.mostAhead, held.readableBytes > 0,
            let portion = held.readSlice(length: min(Self.portion, held.readableBytes))
        {
            context.fireChannelRead(wrapInboundOut(portion))
        }
        isForwarding = false
        if !isRead { context.fireChannelReadComplete() }
        guard held.readableBytes == 0 else { return }
        held = ByteBuffer()
        if isInputClosed {
            isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        if isReadAwaited {
            isReadAwaited = false
            context.read()
        }
    }
}
