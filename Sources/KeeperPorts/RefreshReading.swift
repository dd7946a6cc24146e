public import KeeperCore

/// The answer to a refresh, as it stands when the node gives it: whoever reads it needs no clock of the node.
public enum RefreshReading: Equatable, Sendable {
    /// The token to use now.
    case token(RefreshedToken)
    /// Refreshed too recently, or the day's budget is spent: ask again after this long.
    case tooSoon(retryAfter: Duration)
    /// WeChat was asked and gave none.
    case refused(trouble: Trouble, retryAfter: Duration)
    /// Nobody could ask WeChat, or WeChat could not be asked; the old token is untouched.
    case unavailable(reason: RefreshAnswer.Unavailability, retryAfter: Duration)
    /// This node is not the leader (only to a forwarded request); with whom it believes to be.
    case notLeader(LeaderHint?)

    /// What the core answered, at the moment `now` on the node's clock.
    /// - Parameters:
    ///   - reading: what the read path tells of the app at that moment.
    ///   - usableOverlap: how long an uncertain token surely lives on (G′).
    public init(_ answer: RefreshAnswer, beside reading: TokenReading, usableOverlap: Duration, at now: Instant) {
        switch answer {
        case .token(let served, let previous, let refreshed, let stillValid):
            var isStale = served.isUncertain(at: now)
            if case .token(let current, _, let isCurrentStale) = reading, current.credential == served.credential {
                isStale = isCurrentStale
            }
            self = .token(
                RefreshedToken(
                    credential: served.credential, expiresIn: served.expiresIn(at: now), isStale: isStale,
                    record: CredentialRecord(served, previous: previous, usableOverlap: usableOverlap, at: now),
                    refreshed: refreshed, stillValid: stillValid))
        case .tooSoon(let retryAfter): self = .tooSoon(retryAfter: retryAfter)
        case .refused(let trouble, let retryAfter): self = .refused(trouble: trouble, retryAfter: retryAfter)
        case .unavailable(let reason, let retryAfter): self = .unavailable(reason: reason, retryAfter: retryAfter)
        case .notLeader(let leader): self = .notLeader(leader)
        }
    }
}

/// The token that a refresh brings.
public struct RefreshedToken: Equatable, Sendable {
    /// The token.
    public let credential: Credential
    /// Whole seconds left, as `TokenReading` tells them; nil if its life has ended meanwhile.
    public let expiresIn: Int64?
    /// Whether the node cannot confirm that it is up to date, as `TokenReading` tells it.
    public let isStale: Bool
    /// The same for another node: the token, what went before and since when it is uncertain, without the store's event
    /// numbers, and its times counted from this moment.
    public let record: CredentialRecord
    /// Whether the token reported has been replaced.
    public let refreshed: Bool
    /// Whether WeChat still accepts the token reported.
    public let stillValid: Bool
}
