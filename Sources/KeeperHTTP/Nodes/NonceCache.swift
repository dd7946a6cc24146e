internal import Synchronization

/// Remembers the requests already answered, so that nobody can ask one again.
///
/// A nonce is kept for at least twice the window in which its request is valid, then forgotten. When too many are
/// known, new ones are refused rather than old ones forgotten; only nodes of the cluster can bring it so far, since
/// nothing is noted before its proof was found right.
final class NonceCache: Sendable {
    enum Verdict: Equatable {
        /// Never seen; it is now.
        case new
        /// Seen before.
        case known
        /// Nothing more can be noted for now.
        case full
    }

    private struct State {
        var current: Set<String> = []
        var former: Set<String> = []
        var turnedAt: ContinuousClock.Instant
    }

    private let limit: Int
    private let state: Mutex<State>

    /// - Parameter limit: most nonces of one period, of which there are two.
    init(limit: Int = 65_536, at now: ContinuousClock.Instant = .now) {
        self.limit = limit
        state = Mutex(State(turnedAt: now))
    }

    /// Notes `nonce`, if it is new.
    func note(_ nonce: String, at now: ContinuousClock.Instant) -> Verdict {
        state.withLock { state in
            let age = now - state.turnedAt
            if age >= NodeRequestHead.window * 2 {
                state.former = age >= NodeRequestHead.window * 4 ? [] : state.current
                state.current = []
                state.turnedAt = now
            }
            guard !state.current.contains(nonce), !state.former.contains(nonce) else { return .known }
            guard state.current.count < limit else { return .full }
            state.current.insert(nonce)
            return .new
        }
    }
}
