internal import Synchronization

/// Tells the tasks that work for a caller that the caller has disconnected.
///
/// One for each connection; set by its handler on the event loop, watched by the tasks that answer.
final class CallerDisconnect: Sendable {
    private struct State {
        var hasOccurred = false
        var watchers: [Int: AsyncStream<Never>.Continuation] = [:]
        var lastWatcher = 0
    }

    private let state = Mutex(State())

    /// The caller has disconnected; may be called more than once.
    func occur() {
        let watchers = state.withLock { state in
            state.hasOccurred = true
            defer { state.watchers = [:] }
            return state.watchers
        }
        for watcher in watchers.values { watcher.finish() }
    }

    /// Yields nothing, and ends when the caller has disconnected or the watching task is cancelled.
    func watch() -> AsyncStream<Never> {
        AsyncStream { watcher in
            let number: Int? = state.withLock { state in
                guard !state.hasOccurred else { return nil }
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

/// Runs `operation` for a caller; if the caller disconnects first, cancels it and throws `CancellationError`.
func whileConnected<Value: Sendable>(
    _ disconnect: CallerDisconnect?, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let disconnect else { return try await operation() }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            for await _ in disconnect.watch() {}
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else { throw CancellationError() }
        return value
    }
}
