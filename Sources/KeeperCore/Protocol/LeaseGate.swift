/// What must hold at the very moment a request to WeChat leaves this machine.
///
/// The shell publishes the current gate after every event; the client asks it from its own thread, in libcurl's
/// pre-request callback, when the connection stands and nothing has been sent.
public struct LeaseGate: Equatable, Sendable {
    /// The term led, nil if none.
    public var epoch: Epoch?
    /// Our own deadline of the lease.
    public var validUntil: Instant

    /// A gate through which nothing passes.
    public static let closed = LeaseGate(epoch: nil, validUntil: .origin)

    /// Describes what this node holds.
    public init(epoch: Epoch?, validUntil: Instant) {
        self.epoch = epoch
        self.validUntil = validUntil
    }

    /// The term that is led now, nil if none or if its lease has run out.
    public func term(at now: Instant) -> Epoch? { now < validUntil ? epoch : nil }

    /// Whether the call may still be sent: same term, and the lease outlives the call's deadline.
    public func allows(_ permit: CallPermit, at now: Instant) -> Bool {
        epoch == permit.epoch && now < permit.deadline && permit.deadline <= validUntil
    }
}
