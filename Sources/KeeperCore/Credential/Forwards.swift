/// When those who wait at a follower are handed to the leader: once to each leader, and again a moment after one that
/// brought nothing.
struct Forwards: Sendable {
    private var next = Instant.origin
    /// The term of the leader they were last handed to.
    private var epoch = Epoch.none

    /// When they are next to be handed on, to whoever leads then.
    var due: Instant { next }

    /// Whether they are to be handed to the leader of a term now.
    func isDue(at now: Instant) -> Bool { next <= now }

    /// Another leads than last time: everybody is handed to it.
    /// - Returns: whether that is so.
    mutating func follows(_ leader: Epoch, at now: Instant) -> Bool {
        guard leader != epoch else { return false }
        (epoch, next) = (leader, now)
        return true
    }

    /// A forwarding brought nothing.
    mutating func failed(_ policy: RefreshPolicy, at now: Instant) { next = now + policy.timing.renewalRetry }
}
