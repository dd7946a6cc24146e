internal import NIOCore
internal import Synchronization

/// Keeps the callers' connections within their number and their times.
///
/// Told by the handlers of the listening socket and of each connection, on any of their threads.
final class Connections: Sendable {
    /// How often it is looked who is too slow.
    static let period: TimeAmount = .seconds(1)

    /// Says that a connection was used although it seems quiet: a request was answered at once.
    final class Use: Sendable {
        private let hasOccurred = Atomic(false)

        func occur() { hasOccurred.store(true, ordering: .relaxed) }

        /// Whether it has occurred since this was last asked.
        func take() -> Bool { hasOccurred.exchange(false, ordering: .relaxed) }
    }

    private struct State {
        var table: ConnectionTable
        var channels: [Int: any Channel] = [:]
        var uses: [Int: Use] = [:]
        var lastNumber = 0
    }

    private let state: Mutex<State>
    private let log: RateLimitedLog

    init(most: Int, log: RateLimitedLog) {
        state = Mutex(State(table: ConnectionTable(most: most)))
        self.log = log
    }

    /// Takes a connection in, before anything has been read from it; the longest idle one may go for it.
    ///
    /// Returns what its handlers tell how far it has come.
    func admit(_ channel: any Channel) -> ConnectionWatch.Progress {
        let use = Use()
        let number = state.withLock { state in
            state.lastNumber += 1
            state.channels[state.lastNumber] = channel
            state.uses[state.lastNumber] = use
            state.table.open(state.lastNumber, at: .now())
            return state.lastNumber
        }
        channel.closeFuture.whenComplete { _ in self.forget(number) }
        makeRoom()
        return ConnectionWatch.Progress(number, use, self)
    }

    func enter(_ phase: ConnectionTable.Phase, _ number: Int) {
        state.withLock { $0.table.enter(phase, number, at: .now()) }
        if phase == .quiet { makeRoom() }
    }

    /// Ends the connections whose time is over.
    ///
    /// Returns how many callers were too slow.
    @discardableResult func endOverdue(at now: NIODeadline = .now()) -> Int {
        let (slow, quiet) = state.withLock { state in
            for (number, use) in state.uses where use.take() { state.table.use(number, at: now) }
            let overdue = state.table.overdue(at: now)
            let channels = state.channels
            return (overdue.slow.compactMap { channels[$0] }, overdue.quiet.compactMap { channels[$0] })
        }
        if !slow.isEmpty { log.warn("closed \(slow.count) connections whose callers sent or took too slowly") }
        for channel in slow + quiet { channel.close(promise: nil) }
        return slow.count
    }

    private func makeRoom() {
        let going: (any Channel)? = state.withLock { state in
            state.table.makeRoom(at: .now()) { state.uses[$0]?.take() ?? false }.flatMap { state.channels[$0] }
        }
        guard let going else { return }
        log.warn("as many connections as there may be; closes those that have been idle longest")
        going.close(promise: nil)
    }

    private func forget(_ number: Int) {
        state.withLock { state in
            state.channels[number] = nil
            state.uses[number] = nil
            state.table.close(number)
        }
    }
}

/// Stands in the listening socket's pipeline, and looks after the connections while it listens.
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
}
