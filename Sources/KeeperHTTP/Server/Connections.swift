internal import NIOCore
internal import Synchronization

/// Keeps the callers' connections within their number and their times.
///
/// Told by the handlers of the listening socket and of each connection, on any of their threads.
final class Connections: Sendable {
    /// How often it is looked who is too slow.
    static let period: TimeAmount = .seconds(1)

    private struct State {
        var table: ConnectionTable
        var channels: [Int: any Channel] = [:]
        var lastNumber = 0
    }

    private let state: Mutex<State>
    private let log: RateLimitedLog

    init(most: Int, log: RateLimitedLog) {
        state = Mutex(State(table: ConnectionTable(most: most)))
        self.log = log
    }

    /// Takes a connection in, before anything has been read from it; the longest idle one may go for it.
    func admit(_ channel: any Channel) {
        let number = state.withLock { state in
            state.lastNumber += 1
            state.channels[state.lastNumber] = channel
            state.table.open(state.lastNumber, at: .now())
            return state.lastNumber
        }
        channel.closeFuture.whenComplete { _ in self.forget(number) }
        let watch: @Sendable () -> Void = {
            // Fails only if the connection has closed already.
            try? channel.pipeline.syncOperations.addHandler(ConnectionWatch(number, self), position: .first)
        }
        // In this very turn where that is possible: what comes next activates the connection.
        if channel.eventLoop.inEventLoop { watch() } else { channel.eventLoop.execute(watch) }
        makeRoom()
    }

    func enter(_ phase: ConnectionTable.Phase, _ number: Int) {
        state.withLock { $0.table.enter(phase, number, at: .now()) }
        if phase == .quiet { makeRoom() }
    }

    /// Ends the connections whose callers are too slow.
    ///
    /// Returns how many.
    @discardableResult func endOverdue(at now: NIODeadline = .now()) -> Int {
        let slow = state.withLock { state in state.table.overdue(at: now).compactMap { state.channels[$0] } }
        if !slow.isEmpty { log.warn("closed \(slow.count) connections whose callers sent or took too slowly") }
        for channel in slow { channel.close(promise: nil) }
        return slow.count
    }

    private func makeRoom() {
        let going: (any Channel)? = state.withLock { state in
            state.table.makeRoom().flatMap { state.channels[$0] }
        }
        guard let going else { return }
        log.warn("as many connections as there may be; closes those that have been idle longest")
        going.close(promise: nil)
    }

    private func forget(_ number: Int) {
        state.withLock { state in
            state.channels[number] = nil
            state.table.close(number)
        }
    }
}

/// Stands in the listening socket's pipeline: takes in each connection, and looks after them while it listens.
final class ConnectionLimiter: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let connections: Connections
    private var looking: RepeatedTask?

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        let connections = connections
        looking = context.eventLoop.scheduleRepeatedTask(
            initialDelay: Connections.period,
            delay: Connections.period
        ) { _ in connections.endOverdue() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { looking?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connections.admit(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }
}
