/// Decides what follows the end of a supervised node.
///
/// Decides only.
struct Restarts: Equatable, Sendable {
    /// How a process has ended.
    enum Ending: Equatable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case signaled(Int32)

        var description: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .signaled(let number): "signal \(number)"
            }
        }

        /// As a shell reports it.
        var code: Int32 {
            switch self {
            case .exited(let code): code
            case .signaled(let number): 128 + number
            }
        }
    }

    /// What is to be done.
    enum Next: Equatable, Sendable {
        /// The parent ends too, with this exit code.
        case end(Int32)
        /// The node is started again.
        case start(after: Duration)
    }

    /// A node that has lived for so long had a good start: whatever ended it begins a new count.
    static let goodLife: Duration = .seconds(60)
    /// The longest pause before another start.
    static let longestPause: Duration = .seconds(30)
    /// What another start cannot cure: the command line, the name, the configuration.
    static let incurable: Set = [
        ExitStatus.usage.rawValue, ExitStatus.nameTaken.rawValue, ExitStatus.configuration.rawValue,
    ]

    private var shortLives = 0

    /// - Parameters:
    ///   - lived: from its start to its end.
    ///   - isLeaving: whether it was told to go.
    mutating func next(after ending: Ending, lived: Duration, isLeaving: Bool) -> Next {
        if isLeaving || ending == .exited(ExitStatus.done.rawValue) { return .end(ending.code) }
        if case .exited(let code) = ending, Self.incurable.contains(code) { return .end(code) }
        shortLives = lived >= Self.goodLife ? 0 : shortLives + 1
        // The first time at once: a death by accident should cost nothing but the start. Then 1, 2, 4 … 30 s.
        guard shortLives > 1 else { return .start(after: .zero) }
        return .start(after: min(.seconds(1) * (1 << min(shortLives - 2, 5)), Self.longestPause))
    }
}
