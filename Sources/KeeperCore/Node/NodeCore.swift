/// One node's mind: an `Elector` and a `Refresher` per app behind a single gate.
///
/// Decides only; the shell acts. Every input is a `NodeEvent` with the moment it happened, every output a
/// `NodeAction`. The shell calls `handle(.woke, at:)` when `nextWakeUp` has come; there are no other timers.
public struct NodeCore: Sendable {
    /// Makes a node that has just started.
    /// - Parameters:
    ///   - seed: chance, for jitter.
    ///   - fingerprint: a keyed hash, the same on every node.
    public init(
        holder: LeaseHolder, settings: NodeSettings, seed: UInt64,
        fingerprint: @escaping @Sendable (Token) -> Fingerprint
    ) {}

    /// Takes one event and says what to do about it.
    public mutating func handle(_ event: NodeEvent, at now: Instant) -> [NodeAction] { [] }

    /// When `NodeEvent.woke` is due next.
    public var nextWakeUp: Instant { .origin }

    /// What this node tells another that asks.
    public func peerState(at now: Instant) -> PeerState {
        PeerState(holder: LeaseHolder(node: .init(""), incarnation: .init(""), address: ""), floor: .none, syncAge: nil, records: [])
    }

    /// What the last moment before a call to WeChat must be checked against.
    public var gate: LeaseGate { .closed }
}
