internal import Synchronization

/// Lets whoever comes pass while it is open, and wait while it is closed.
final class Valve: Sendable {
    private struct State {
        var isOpen: Bool
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state: Mutex<State>

    init(open: Bool = true) { state = Mutex(State(isOpen: open)) }

    /// Closes it, or opens it for everybody who waits.
    func set(open: Bool) {
        let waiting = state.withLock { state in
            state.isOpen = open
            guard open else { return [AsyncStream<Never>.Continuation]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Returns while it is open; throws when this task is cancelled.
    func pass() async throws {
        let (opened, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.isOpen { continuation.finish() } else { state.waiting.append(continuation) }
        }
        for await _ in opened {}
        try Task.checkCancellation()
    }
}
