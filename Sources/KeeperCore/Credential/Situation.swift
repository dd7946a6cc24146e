/// What a refresher must know of the node around it.
struct Situation: Equatable, Sendable {
    /// The term, if this node leads and may begin calls.
    var leadership: Leadership?
    /// Another leader to forward to.
    var leader: LeaderHint?

    /// A term that has not run out.
    struct Leadership: Equatable, Sendable {
        var epoch: Epoch
        var granted: Instant
        var quiet: QuietPeriod
        var validUntil: Instant
        /// Whether everything the store holds was read.
        var hasReadAll: Bool
        /// Whether the members were asked for what the store lacks.
        var hasAskedMembers: Bool
        /// Whether another call to WeChat may be in flight.
        var hasSlot: Bool
    }
}
