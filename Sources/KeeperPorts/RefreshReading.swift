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
    /// - Parameter reading: what the read path tells of the app at that moment.
    public init(_ answer: RefreshAnswer, beside reading: TokenReading, at now: Instant) {
        switch answer {
        case .token(let served, let previous, let refreshed, let stillValid):
            var isStale = served.isUncertain(at: now)
            if case .token(let current, _, let isCurrentStale) = reading, current.credential == served.credential {
                isStale = isCurrentStale
            }
            self = .token(
                RefreshedToken(
                    credential: served.credential, expiresIn: served.expiresIn(at: now), isStale: isStale,
                    record: CredentialRecord(of: served.credential, previous: previous, at: now),
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
    /// The same for another node: the token and what went before, without the store's event numbers, and its times
    /// counted from this moment.
    public let record: CredentialRecord
    /// Whether the token reported has been replaced.
    public let refreshed: Bool
    /// Whether WeChat still accepts the token reported.
    public let stillValid: Bool
}

extension CredentialRecord {
    fileprivate init(of credential: Credential, previous: [Fingerprint], at now: Instant) {
        self.init(
            app: credential.app, version: credential.version, epoch: credential.epoch,
            issue: CredentialRecord.Issue(
                token: credential.token, fingerprint: credential.fingerprint, life: credential.life,
                left: credential.expiresAt - now, age: now - credential.issuedAt),
            previous: previous)
    }
}
