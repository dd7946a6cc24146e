internal import Logging
internal import Synchronization

/// A log for what strangers can provoke: at most one line in ten seconds, which says how many were left out.
final class RateLimitedLog: Sendable {
    static let pause: Duration = .seconds(10)

    private struct State {
        var lastAt: ContinuousClock.Instant?
        var leftOut = 0
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(_ logger: Logger) { self.logger = logger }

    /// Logs `sentence`, unless another was logged just now.
    func warn(_ sentence: String, at now: ContinuousClock.Instant = .now) {
        let leftOut: Int? = state.withLock { state in
            if let lastAt = state.lastAt, now - lastAt < Self.pause {
                state.leftOut += 1
                return nil
            }
            defer { state = State(lastAt: now) }
            return state.leftOut
        }
        guard let leftOut else { return }
        logger.warning("\(sentence)", metadata: leftOut == 0 ? nil : ["log.left-out": "\(leftOut)"])
    }
}
