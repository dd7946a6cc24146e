/// How a node stands with the lease.
enum Standing: Equatable, Sendable {
    case follower
    /// Has asked for it.
    case candidate
    /// Holds it until then, or held it.
    case leader(until: Instant)
}

extension Elector {
    /// How it stands with the lease.
    ///
    /// Asked at every event. In place it reads a few fields; as a call it would be handed a copy of the whole machine.
    @inline(__always)
    var standing: Standing {
        if let term { return .leader(until: term.validUntil) }
        return awaitsGrant ? .candidate : .follower
    }
}
