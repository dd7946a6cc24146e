internal import Synchronization

/// Tells whoever waits on behalf of a caller that the caller has gone.
///
/// One for each connection; set by its handler on the event loop, watched by the tasks that answer.
final class Departure: Sendable {
    private struct State {
        var isOver = false
        var watchers: [Int: AsyncStream<Never>.Continuation] = [:]
        var lastWatcher = 0
    }

    private let state = Mutex(State())

    /// The caller has gone.
    ///
    /// May be said more than once.
    func happen() {
        let watchers = state.withLock { state in
            state.isOver = true
            defer { state.watchers = [:] }
            return state.watchers
        }
        for watcher in watchers.values { watcher.finish() }
    }

    /// Brings nothing, and ends when the caller has gone or the watching task is cancelled.
    func watch() -> AsyncStream<Never> {
        AsyncStream { watcher in
            let number: Int? = state.withLock { state in
                guard !state.isOver else { return nil }
                state.lastWatcher += 1
                state.watchers[state.lastWatcher] = watcher
                return state.lastWatcher
            }
            guard let number else { return watcher.finish() }
            watcher.onTermination = { _ in self.forget(number) }
        }
    }

    private func forget(_ number: Int) {
        state.withLock { $0.watchers[number] = nil }
    }
}

/// Runs `operation` for a caller; when the caller goes first, cancels it and throws `CancellationError`.
func whilePresent<Value: Sendable>(
    _ departure: Departure?, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let departure else { return try await operation() }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            for await _ in departure.watch() {}
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else { throw CancellationError() }
        return value
    }
}
