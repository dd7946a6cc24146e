public import KeeperCore

/// The token of one app as it shall stand a second time, where programs read it that never heard of wxkeeper.
///
/// The record is the original: what it shows to be older is never written.
public struct Mirror: Hashable, Sendable {
    /// Whose token it is.
    public var app: AppID
    /// The term in which the token was published.
    public var epoch: Epoch
    /// Its version.
    public var version: UInt64
    /// The token.
    public var token: Token
    /// What is left of its life, which is the time to live of every key.
    public var left: Duration
    /// Where it shall stand.
    public var keys: [MirrorKey]

    /// Describes what shall stand where.
    public init(app: AppID, epoch: Epoch, version: UInt64, token: Token, left: Duration, keys: [MirrorKey]) {
        self.app = app
        self.epoch = epoch
        self.version = version
        self.token = token
        self.left = left
        self.keys = keys
    }
}

/// One key of a mirror, and what stands under it.
public struct MirrorKey: Hashable, Sendable {
    /// What stands under a key.
    public enum Content: Hashable, Sendable {
        /// The token itself.
        case token
        /// The token as a string of JSON, in quotation marks.
        case quotedToken
        /// The end of the token's life less so many seconds, in whole seconds since 1970 of the store's own clock.
        case end(lessSeconds: Int)
    }

    /// The whole name; no prefix is put before it.
    public var name: String
    /// What stands there.
    public var content: Content

    /// Names a key.
    public init(_ name: String, _ content: Content) {
        self.name = name
        self.content = content
    }
}

/// Shared memory for mirrors, fenced by the lease's epoch as credentials are.
///
/// An implementation belongs to one `LeaseHolder`, in whose name every command is given.
public protocol MirrorStore: Sendable {
    /// Sees to it that the mirrors stand as described, and writes only what does not: by one atomic command, or by
    /// several where the store refuses a key among them.
    ///
    /// An app whose record shows a later token is left out. One key that cannot be written keeps no other from it.
    /// - Parameter deadline: as for `LeaseStore`.
    /// - Returns: false if the lease of this epoch is not the caller's; nothing is written then.
    /// - Throws: `rejected` with the reason of the first key that could not be written, when all others are.
    func mirror(
        _ mirrors: [Mirror], epoch: Epoch, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> Bool
}
