/// Keeps a node that has given the lease up from taking it again at once.
///
/// It ends early if the lock is free when others have had their time to take it: nobody else wants it.
struct Cooldown: Sendable {
    /// How long anybody has to take a lease that was left to whoever comes first.
    static let patience: Duration = .seconds(2)
    /// How long a named successor has beyond the time in which others keep back for it.
    static let successorsMargin: Duration = .seconds(1)
    /// How long it lasts unless told otherwise.
    static let usual: Duration = .seconds(10)

    /// A free lock is taken again from `yields` on, and any from `ends` on; never `ends` before `yields`.
    private var span: (yields: Instant, ends: Instant)?

    /// The lease is given up, to this node if one is named.
    mutating func begin(leavingTo successor: NodeName?, until ends: Instant?, at now: Instant) {
        let yields = now + (successor == nil ? Self.patience : Handover.preference + Self.successorsMargin)
        span = (yields, max(yields, ends ?? now + Self.usual))
    }

    /// Whether the node may compete; once it may, the cooldown is over for good.
    mutating func isOver(isLockFree: Bool, at now: Instant) -> Bool {
        guard let span else { return true }
        guard now >= span.ends || (isLockFree && now >= span.yields) else { return false }
        self.span = nil
        return true
    }
}
