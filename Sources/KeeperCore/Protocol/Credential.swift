/// A token as one node knows it, with times on that node's own clock.
public struct Credential: Hashable, Sendable {
    /// Whose token it is.
    public var app: AppID
    /// Counts the published tokens.
    public var version: UInt64
    /// The term in which it was published.
    public var epoch: Epoch
    /// The token.
    public var token: Token
    /// Its fingerprint.
    public var fingerprint: Fingerprint
    /// The life WeChat gave it.
    public var life: Duration
    /// End of that life, counted from before the call that fetched it.
    ///
    /// Set once for a version. A call of our own, a ticket named again or, after a start, a member that knows better
    /// may correct it.
    public var expiresAt: Instant
    /// When it was published.
    public var issuedAt: Instant

    /// Describes a token.
    public init(
        app: AppID, version: UInt64, epoch: Epoch, token: Token, fingerprint: Fingerprint, life: Duration,
        expiresAt: Instant, issuedAt: Instant
    ) {
        self.app = app
        self.version = version
        self.epoch = epoch
        self.token = token
        self.fingerprint = fingerprint
        self.life = life
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
    }

    /// The token of a record, its times counted from before the reading was asked for: never later than the truth.
    public init?(_ record: CredentialRecord, readAfter sent: Instant) {
        guard let issue = record.issue else { return nil }
        self.init(
            app: record.app, version: record.version, epoch: record.epoch, token: issue.token,
            fingerprint: issue.fingerprint, life: issue.life, expiresAt: sent + min(issue.left, issue.life),
            issuedAt: sent - issue.age.atLeastZero)
    }

    /// Whether `other` is a later publication than this one.
    public func isOlder(than other: Credential) -> Bool { (epoch, version) < (other.epoch, other.version) }
}

extension CredentialRecord.Issue {
    /// The token as another node or the store may be told it.
    init(_ credential: Credential, at now: Instant) {
        self.init(
            token: credential.token, fingerprint: credential.fingerprint, life: credential.life,
            left: (credential.expiresAt - now).atLeastZero, age: (now - credential.issuedAt).atLeastZero)
    }
}

/// What a node may hand out for one app, complete in itself: the read path looks at nothing else.
public struct ServedCredential: Hashable, Sendable {
    /// The token and its times.
    public var credential: Credential
    /// While the token is uncertain, the moment up to which it surely lives; nil without uncertainty.
    public var promisedUntil: Instant?

    /// Describes what may be served.
    public init(credential: Credential, promisedUntil: Instant? = nil) {
        self.credential = credential
        self.promisedUntil = promisedUntil
    }

    /// Whole seconds a caller may rely on: never more than is known, 1 while uncertain past the promise, nil if
    /// expired.
    public func expiresIn(at now: Instant) -> Int64? {
        let left = credential.expiresAt - now
        guard left > .zero else { return nil }
        let promised = promisedUntil.map { min($0 - now, left) } ?? left
        return max(promised.wholeSeconds, promisedUntil == nil ? 0 : 1)
    }

    /// Until when `expiresIn` and `isUncertain` are what they are at `now`; never more than a second later.
    public func steady(at now: Instant) -> Instant {
        let left = credential.expiresAt - now
        let promised = promisedUntil.map { min($0 - now, left) } ?? left
        return now + min(promised - .seconds(promised.wholeSeconds), left.atLeastZero)
    }

    /// Whether the token is uncertain for so long that WeChat may have dropped it.
    public func isUncertain(at now: Instant) -> Bool { promisedUntil.map { $0 <= now } ?? false }
}

extension CredentialRecord {
    /// A token that is handed out, as another node is told it: with what went before and since when it is uncertain,
    /// without the store's event numbers, its times counted from `now`.
    /// - Parameter usableOverlap: how long an uncertain token surely lives on (G′), as it was promised.
    public init(
        _ served: ServedCredential, previous: [Fingerprint], usableOverlap: Duration, at now: Instant
    ) {
        let credential = served.credential
        self.init(
            app: credential.app, version: credential.version, epoch: credential.epoch,
            issue: Issue(credential, at: now), previous: previous,
            uncertainty: served.promisedUntil.map {
                StoredUncertainty(event: 0, age: (usableOverlap - ($0 - now)).atLeastZero)
            })
    }
}
