/// What ticks have shown of the lock and of a pause of takeovers.
///
/// A view, not a right: who may call is the elector's business alone.
struct LockView: Sendable {
    /// Whether anybody held the lock at the last look, by the store's clock.
    private(set) var isHeld = false
    /// When an operator's pause of takeovers ends; nil while there is none.
    private(set) var pauseEnds: Instant?
    /// Since when the lock was seen free by this node, which might have taken it; nil while it is held.
    private var freeSince: Instant?

    /// Whether an operator has paused takeovers.
    var isPaused: Bool { pauseEnds != nil }

    /// Takes in what a tick found that was sent then.
    mutating func observe(_ found: TickReply, sentAt: Instant) {
        isHeld = found.lockLeft != nil
        pauseEnds = found.pauseLeft.map { sentAt + $0 }
    }

    /// This node was granted the lock.
    mutating func won() { isHeld = true }

    /// For how long a node that might take the lock has seen it free; nil while it is held.
    mutating func freeTime(at now: Instant) -> Duration? {
        guard !isHeld else {
            freeSince = nil
            return nil
        }
        let since = freeSince ?? now
        freeSince = since
        return now - since
    }
}
