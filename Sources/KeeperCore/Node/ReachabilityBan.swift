/// For how long a node that gave the lease away, since it did not reach WeChat, counts as unfit whatever it reaches.
///
/// For a minute, then for two, up to ten: so two nodes do not hand the lease to and fro. Who has not given way for long
/// begins anew.
struct ReachabilityBan: Sendable {
    /// How long the first one is.
    static let shortest: Duration = .seconds(60)
    /// How long one is at most.
    static let longest: Duration = .seconds(600)

    /// When the last one ends, or has ended.
    private(set) var until = Instant.origin
    /// How long the next one is; between `shortest` and `longest`.
    private var next = Self.shortest

    /// The node gives way.
    mutating func begin(at now: Instant) {
        until = now + next
        next = min(next * 2, Self.longest)
    }

    /// The node has met WeChat.
    mutating func met(at now: Instant) {
        if now >= until + Self.longest { next = Self.shortest }
    }
}
