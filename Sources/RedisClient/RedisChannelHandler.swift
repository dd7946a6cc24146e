internal import NIOCore

/// The end of a connection's pipeline: a queue of commands that wait for their replies, in order.
///
/// Redis answers one connection's commands in the order in which they were sent, and a reply does not name its command.
/// So a slot leaves the queue only when its reply has come; a missing reply ends the connection.
/// Not `Sendable`: it lives on its channel's event loop, as does the one actor that calls it.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Outcome = Result<RedisReply, RedisError>

    private struct Waiting {
        let id: Int
        let deadline: ContinuousClock.Instant
        let timer: Scheduled<Void>
        /// Nil once the caller has gone; the slot stays until its reply comes.
        var report: ((Outcome) -> Void)?

        mutating func finish(_ outcome: Outcome) {
            report.take()?(outcome)
        }
    }

    /// How many commands may wait on one connection.
    static let maximumInFlight = 4096

    private let messages: AsyncStream<RedisMessage>.Continuation
    private let decoder = RedisReplyDecoder()
    private var waiting = CircularBuffer<Waiting>()
    private var context: ChannelHandlerContext?
    private var hasSubscribed = false

    init(messages: AsyncStream<RedisMessage>.Continuation) {
        self.messages = messages
    }

    /// Writes one command.
    ///
    /// `report` is called exactly once, whatever happens.
    func send(
        _ command: [RedisArgument],
        id: Int,
        before deadline: ContinuousClock.Instant,
        _ report: @escaping (Outcome) -> Void
    ) {
        // NIO's timers run on CLOCK_MONOTONIC, which stands still while a machine is suspended; `deadline` is on
        // CLOCK_BOOTTIME. So the timer only frees the caller, and `deliver` judges by the deadline itself.
        let time = TimeAmount(ContinuousClock.now.duration(to: deadline))
        guard time > .nanoseconds(0) else {
            return report(.failure(.notSent("the deadline had passed")))
        }
        guard let context, context.channel.isActive else {
            return report(.failure(.notSent("the connection was closed")))
        }
        guard waiting.count < Self.maximumInFlight else {
            return report(.failure(.notSent("\(waiting.count) commands wait already")))
        }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        RedisCommandEncoder.encode(command, into: &buffer)
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.deadlinePassed(id) }
        waiting.append(Waiting(id: id, deadline: deadline, timer: timer, report: report))
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// From now on messages of a channel may come between replies.
    func expectMessages() { hasSubscribed = true }

    /// Frees the caller.
    ///
    /// The slot stays, so the reply, when it comes, is dropped and not given to the next command.
    func cancel(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting[index].finish(.failure(.cancelled))
    }

    private func deadlinePassed(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting[index].finish(.failure(.timedOut))
        close(.connectionLost("another command's reply did not come before its deadline"))
    }

    /// Ends the connection: whoever still waits gets `error`.
    func close(_ error: RedisError) {
        while var slot = waiting.popFirst() {
            slot.timer.cancel()
            slot.finish(.failure(error))
        }
        messages.finish()
        context?.close(promise: nil)
    }

    private func deliver(_ reply: RedisReply) {
        // On a subscribed connection the answers to SUBSCRIBE and PING are arrays too: only the first element tells
        // a message from a reply, not whether somebody waits.
        if hasSubscribed, let message = RedisMessage(reply) {
            messages.yield(message)
            return
        }
        guard var slot = waiting.popFirst() else { return close(.connectionLost("a reply that nobody asked for")) }
        slot.timer.cancel()
        guard ContinuousClock.now < slot.deadline else {
            slot.finish(.failure(.timedOut))
            return close(.connectionLost("another command's reply came after its deadline"))
        }
        if case .error(let line) = reply {
            slot.finish(.failure(.rejected(RedisRejection(line))))
        } else {
            slot.finish(.success(reply))
        }
    }
}

// MARK: - What the channel says

extension RedisChannelHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Also the way out of a channel that never became active.
        close(.connectionLost("the connection was closed"))
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try decoder.feed(unwrapInboundIn(data))
            while let reply = try decoder.next() { deliver(reply) }
        } catch {
            close(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(.connectionLost("the server closed it"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(.connectionLost("\(error)"))
    }
}
