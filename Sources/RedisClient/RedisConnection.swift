internal import NIOCore
internal import Synchronization

/// One connection to one Redis. It never reconnects: when it has ended, make a new one.
///
/// An actor that lives on its channel's event loop, so it may touch the channel's handler directly and a command costs
/// no hop between threads on the way to the socket.
///
/// Safety: a reply is never given to another command. A command that misses its deadline ends the connection, and with
/// it every command behind it.
public actor RedisConnection {
    /// Larger than that of every connection this process made before.
    public nonisolated let number: UInt64

    /// What the subscribed channels say, at most once and only the newest of many; ends with the connection.
    public nonisolated let messages: AsyncStream<RedisMessage>

    private nonisolated let channel: any Channel
    private let handler: RedisChannelHandler
    private nonisolated let executor: any SerialExecutor
    private var lastID = 0

    /// The channel's event loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        // SAFETY: `executor` is held by this actor, hence outlives every job of it.
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Runs on the channel's event loop, inside its initializer.
    init(channel: any Channel, handler: sending RedisChannelHandler, messages: AsyncStream<RedisMessage>) {
        number = Self.lastNumber.add(1, ordering: .relaxed).newValue
        self.channel = channel
        self.executor = channel.eventLoop.executor
        self.handler = handler
        self.messages = messages
    }

    private static let lastNumber = Atomic<UInt64>(0)

    /// False once the connection has ended.
    ///
    /// True is a guess: the other side may be gone without a word.
    public nonisolated var isOpen: Bool { channel.isActive }

    /// Sends one command and waits for its reply, in turn behind the earlier ones.
    ///
    /// - Parameter deadline: when no reply has come by then, the command fails with `timedOut` and the connection is
    ///   closed. A reply that comes later does not count, even if the timer was late.
    /// - Throws: `rejected` for an error reply. The other cases tell what is known about the outcome.
    public func send(
        _ command: [RedisArgument], before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> RedisReply {
        precondition(!Self.isSubscription(command), "use subscribe(to:before:)")
        return try await exchange(command, before: deadline)
    }

    /// Subscribes to one channel.
    ///
    /// Afterwards the server takes `PING` and further subscriptions here, nothing else.
    public func subscribe(to channel: String, before deadline: ContinuousClock.Instant) async throws(RedisError) {
        handler.expectMessages()
        let reply = try await exchange(["SUBSCRIBE", RedisArgument(channel)], before: deadline)
        guard reply.elements?.first?.text == "subscribe" else {
            let error = RedisError.connectionLost("no confirmation of a subscription")
            handler.close(error)
            throw error
        }
    }

    private func exchange(
        _ command: [RedisArgument], before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> RedisReply {
        guard !Task.isCancelled else { throw .cancelled }
        lastID += 1
        let id = lastID
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                handler.send(command, id: id, before: deadline) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            // At once: a task would come too late where the command ends meanwhile and whoever gave it ends the loop.
            // It runs after the command has its slot, since the loop is busy until then.
            channel.eventLoop.execute { self.assumeIsolated { $0.cancel(id) } }
        }.get()
    }

    private func cancel(_ id: Int) { handler.cancel(id) }

    /// Sends several commands at once and waits for all their replies: one way there and back, however many they are.
    ///
    /// - Parameter deadline: of each of them. Cancelling the caller does not shorten the wait.
    /// - Returns: what became of each, in order.
    public func send(
        together commands: [[RedisArgument]], before deadline: ContinuousClock.Instant
    ) async -> [Result<RedisReply, RedisError>] {
        precondition(!commands.contains(where: Self.isSubscription), "use subscribe(to:before:)")
        guard !commands.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            var outcomes: [Int: Result<RedisReply, RedisError>] = [:]
            for (index, command) in commands.enumerated() {
                lastID += 1
                handler.send(command, id: lastID, before: deadline) { outcome in
                    outcomes[index] = outcome
                    guard outcomes.count == commands.count else { return }
                    continuation.resume(returning: commands.indices.compactMap { outcomes[$0] })
                }
            }
        }
    }

    /// Ends the connection; commands in flight fail with `connectionLost`.
    ///
    /// May be called more than once.
    public func close() {
        handler.close(.connectionLost("closed by this side"))
    }

    /// Returns when the socket is closed, by whichever side.
    ///
    /// Cancelling the caller does not shorten it.
    public nonisolated func waitUntilClosed() async {
        try? await channel.closeFuture.get()
    }

    private static func isSubscription(_ command: [RedisArgument]) -> Bool {
        guard let name = command.first.map({ String(decoding: $0.bytes, as: UTF8.self).uppercased() }) else {
            return false
        }
        return ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR"].contains(name)
    }
}
