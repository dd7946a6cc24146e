internal import NIOCore

/// Stands before all others in each connection's pipeline, and answers requests that it knows byte for byte, before
/// anybody parses them.
///
/// It judges nothing itself. `ReadHandler` has answered the same bytes before, on any connection of this event loop; as
/// long as nothing has changed since, they mean the same. Bytes are compared only where a request begins: after a
/// request whose end is certain, with no answer under way. All else goes on untouched.
final class RepeatHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let cache: ReadCache
    private let progress: ConnectionWatch.Progress
    /// Who parses what goes on; nil before anything has.
    private var parsing: (reader: ReadHandler, duties: ProtocolHandler)?
    /// Where answers go past NIO; nil where there is no such way, and when the connection has ended.
    var socket: SocketWriter?
    /// Whether the next byte is certain to begin a request.
    private var isAtBoundary = true
    /// Whether anything went on since the channel began to read.
    private var hasPassed = false

    init(_ progress: ConnectionWatch.Progress, _ cache: ReadCache) {
        self.progress = progress
        self.cache = cache
    }

    /// The handlers behind it are made.
    func stands(before reader: ReadHandler, _ duties: ProtocolHandler) { parsing = (reader, duties) }

    func handlerAdded(context: ChannelHandlerContext) { socket = SocketWriter(context) }

    func channelInactive(context: ChannelHandlerContext) {
        // The kernel may give its number to another connection.
        socket = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        // Who ends quiet connections sees no answers of ours, and would drop what the caller has not taken yet.
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { _ in context.fireUserInboundEventTriggered(event) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: taken)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        var head: Int?
        if beginsRequest {
            if let answer = cache.answer(toBytes: bytes) { return send(answer, context) }
            head = answerThoseSentAhead(in: &bytes, context)
        }
        guard bytes.readableBytes > 0 else { return }
        // Of requests without a body that are sent ahead of their answers none would come alone, and be learned.
        if let length = head, beginsRequest, bytes.dropping(length).lengthOfHead != nil,
            let first = bytes.readSlice(length: length)
        {
            pass(first, length, context)
            head = nil
        }
        pass(bytes, head, context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasPassed {
            hasPassed = false
            context.fireChannelReadComplete()
        } else {
            // Nobody behind has anything to finish, nor asks for more in his turn: that would wake a dozen handlers.
            context.read()
        }
    }

    /// Answers the requests at the beginning of `bytes` that are known, all by one write.
    ///
    /// Returns the length of the head that comes then, if it is complete.
    private func answerThoseSentAhead(in bytes: inout ByteBuffer, _ context: ChannelHandlerContext) -> Int? {
        var answers: ByteBuffer?
        var head = bytes.lengthOfHead
        while let length = head, let request = bytes.getSlice(at: bytes.readerIndex, length: length),
            let answer = cache.answer(toBytes: request)
        {
            if answers?.writeImmutableBuffer(answer) == nil { answers = answer }
            bytes.moveReaderIndex(forwardBy: length)
            head = bytes.lengthOfHead
        }
        if let answers { send(answers, context) }
        return head
    }

    /// Whether the bytes that come now are certain to begin a request, with nothing received, answered or refused.
    private var beginsRequest: Bool {
        isAtBoundary && progress.phase == .quiet && !progress.isReceiving && parsing?.duties.isOver != true
    }

    /// Sends bytes on, and learns from what comes of it.
    /// - Parameter head: the length of the head that they begin with, where that is known.
    private func pass(_ bytes: ByteBuffer, _ head: Int?, _ context: ChannelHandlerContext) {
        // Before the bytes go on: behind an empty line may stand the body of a request that was answered early.
        let (begins, permission) = (beginsRequest, cache.permission)
        hasPassed = true
        parsing?.reader.arrival = ReadHandler.Arrival()
        context.fireChannelRead(wrapInboundOut(bytes))
        let arrival = parsing?.reader.arrival ?? ReadHandler.Arrival()
        let isWhole =
            begins && arrival.requests == 1
            && (head ?? bytes.lengthOfHead).map { $0 + arrival.bodyLength } == bytes.readableBytes
        // An empty line ends a head, and what was nothing but body may end one. If neither ends a request, it is still
        // being received, and nothing begins.
        isAtBoundary = isWhole || bytes.endsInEmptyLine || arrival.bodyLength == bytes.readableBytes
        if isWhole, let read = arrival.read { cache.learn(bytes, means: read, by: permission) }
    }

    private func send(_ answer: ByteBuffer, _ context: ChannelHandlerContext) {
        progress.wasUsed()
        let sent = socket?.write(answer) ?? 0
        guard sent < answer.readableBytes else { return }
        // What the caller has not taken waits where all that is sent waits.
        progress.owe()
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenSuccess { [progress] in progress.answerWasTaken() }
        let rest = answer.getSlice(at: answer.readerIndex + sent, length: answer.readableBytes - sent) ?? answer
        context.writeAndFlush(wrapOutboundOut(rest), promise: taken)
    }
}

extension ByteBuffer {
    private static let emptyLine: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    /// The length of what comes up to the first empty line, with it; nil if there is none.
    fileprivate var lengthOfHead: Int? {
        let view = readableBytesView
        var end = view.startIndex
        while let newLine = view[end...].firstIndex(of: 0x0A) {
            end = newLine + 1
            if view[..<end].suffix(4).elementsEqual(Self.emptyLine) { return end - view.startIndex }
        }
        return nil
    }

    /// Without its first bytes.
    fileprivate func dropping(_ length: Int) -> ByteBuffer {
        var rest = self
        rest.moveReaderIndex(forwardBy: length)
        return rest
    }

    fileprivate var endsInEmptyLine: Bool { readableBytesView.suffix(4).elementsEqual(Self.emptyLine) }
}
