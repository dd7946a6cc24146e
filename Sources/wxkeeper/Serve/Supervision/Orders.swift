internal import Subprocess
internal import Synchronization
internal import UnixSignals

/// What reaches a supervised node from outside, by way of its parent.
///
/// Remembers an order to go that came while no node was there, so that none is started after it.
final class Orders: Sendable {
    private struct State {
        var deliver: (@Sendable (Signal) throws -> Void)?
        var processID: Int32?
        var isLeaving = false
        /// Ends when the node is told to go.
        var waiting: AsyncStream<Never>.Continuation?
    }

    private let state = Mutex(State())

    /// Whether the node was told to go.
    var isLeaving: Bool { state.withLock(\.isLeaving) }

    /// The living node.
    var processID: Int32? { state.withLock(\.processID) }

    func begin(_ processID: Int32, deliver: @escaping @Sendable (Signal) throws -> Void) {
        let isLate = state.withLock { state in
            state.processID = processID
            state.deliver = deliver
            return state.isLeaving
        }
        // Told to go while it was being started.
        if isLate { try? deliver(.terminate) }
    }

    func end() {
        state.withLock { state in
            state.processID = nil
            state.deliver = nil
        }
    }

    func pass(_ signal: UnixSignal) {
        let (deliver, waiting) = state.withLock { state in
            if signal != .sighup { state.isLeaving = true }
            return (state.deliver, state.isLeaving ? state.waiting : nil)
        }
        waiting?.finish()
        // It may have ended this very moment; then there is nobody to be told.
        try? deliver?(Signal(rawValue: signal.rawValue))
    }

    /// Waits for so long, or until the node is told to go.
    func wait(_ pause: Duration) async {
        guard pause > .zero else { return }
        let (told, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.isLeaving { continuation.finish() } else { state.waiting = continuation }
        }
        await withTaskGroup { group in
            group.addTask { try? await Task.sleep(for: pause) }
            group.addTask { for await _ in told {} }
            await group.next()
            group.cancelAll()
        }
    }
}
