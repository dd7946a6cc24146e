internal import Logging
internal import Synchronization

/// Logs what outsiders can provoke, at most once in ten seconds, and says how often it was left out.
final class Complaints: Sendable {
    static let pause: Duration = .seconds(10)

    private struct State {
        var lastAt: ContinuousClock.Instant?
        var leftOut = 0
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(_ logger: Logger) { self.logger = logger }

    /// Logs `sentence`, unless another was logged just now.
    func note(_ sentence: String, at now: ContinuousClock.Instant = .now) {
        let leftOut: Int? = state.withLock { state in
            if let lastAt = state.lastAt, now - lastAt < Self.pause {
                state.leftOut += 1
                return nil
            }
            defer { state = State(lastAt: now) }
            return state.leftOut
        }
        guard let leftOut else { return }
        logger.warning("\(sentence)", metadata: leftOut == 0 ? nil : ["complaints.left-out": "\(leftOut)"])
    }
}
