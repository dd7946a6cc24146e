/// What a ticket's end is known from.
///
/// WeChat says nothing true of its life, only which one is current.
struct TicketAge: Sendable {
    /// The token of its app, which brings it; nil while there is none.
    private(set) var ownersToken: Token?
    /// When WeChat was asked and named the current one.
    ///
    /// Only what this node has seen itself counts.
    private var namedAt: Instant?

    /// Its app hands out another token, or none any more.
    mutating func ownerServes(_ token: Token?) { ownersToken = token }

    /// WeChat, asked at `moment`, has named a ticket.
    /// - Parameters:
    ///   - current: the one known before.
    ///   - isSame: whether it is that one.
    /// - Returns: the end of its life.
    mutating func named(
        at moment: Instant, life: Duration, current: Credential?, isSame: Bool, _ policy: RefreshPolicy
    ) -> Instant {
        defer { namedAt = moment }
        return policy.ticketEnd(
            namedAt: moment, knownEnd: isSame ? current?.expiresAt : nil,
            replacedAfter: isSame || current == nil ? nil : namedAt, life: life)
    }
}
