/// Heartbeat and poll in one.
public struct Tick: Hashable, Sendable {
    /// How far the caller has read; nil or another store's position makes the store send every record.
    public var position: StorePosition?
    /// Take the name although another incarnation stands under it.
    ///
    /// Without it the member record is written only if none is there or it is the caller's own.
    public var claimsName: Bool
    /// Newest term the caller knows, for the member record.
    public var epochSeen: Epoch
    /// Whether the caller is shutting down, for the member record.
    public var isDraining: Bool
    /// Whether the caller reaches WeChat, for the member record.
    public var reachability: Member.Reachability
    /// What the caller keeps, for the member record.
    public var apps: AppsDigest?
    /// Whether the caller vouches for nothing it knows, for the member record.
    public var isCold: Bool
    /// Life of the member record.
    public var memberTTL: Duration
    /// Apps whose credential record the caller expects to be there; the reply names those that are missing.
    ///
    /// At most `Tick.mostVerified`.
    public var verify: [AppID]

    /// Most records one tick verifies.
    public static let mostVerified = 128
    /// Most changed records one reply carries; the rest comes with the next tick.
    public static let mostChanges = 256

    /// Describes a tick.
    public init(
        position: StorePosition?, claimsName: Bool = false, epochSeen: Epoch = .none, isDraining: Bool = false,
        reachability: Member.Reachability = .unknown, apps: AppsDigest? = nil,
        isCold: Bool = false, memberTTL: Duration, verify: [AppID] = []
    ) {
        self.position = position
        self.claimsName = claimsName
        self.epochSeen = epochSeen
        self.isDraining = isDraining
        self.reachability = reachability
        self.apps = apps
        self.isCold = isCold
        self.memberTTL = memberTTL
        self.verify = verify
    }
}

/// How far a node has read the store's changes.
public struct StorePosition: Hashable, Sendable {
    /// The store's own random name, made by the first script that finds none; a wiped store has a new one.
    public let store: String
    /// Number of the last event read.
    public let event: UInt64

    /// A position in the history of `store`.
    public init(store: String, event: UInt64) {
        self.store = store
        self.event = event
    }
}

/// What a tick found.
public struct TickReply: Hashable, Sendable {
    /// The lease's record; nil if there is none.
    public var lease: LeaseRecord?
    /// What is left of the lock by the store's clock; nil if there is no lock.
    ///
    /// Only a hint.
    public var lockLeft: Duration?
    /// Credential records changed since the caller's position, oldest change first; every record if the caller had no
    /// position or one of another store.
    ///
    /// At most `Tick.mostChanges`.
    public var changes: [CredentialRecord]
    /// Where the caller has read to now.
    public var position: StorePosition
    /// Whether the caller's position was of no use, so that `changes` begins from nothing.
    public var startsOver: Bool
    /// Whether `changes` reached the newest event.
    public var isComplete: Bool
    /// Those of `Tick.verify` that have no record.
    public var missing: [AppID]
    /// What is left of a maintenance pause by the store's clock; nil if there is none.
    public var pauseLeft: Duration?
    /// Everyone with a living member record, by name.
    public var members: [Member]
    /// The other incarnation that stands under the caller's name and was not overwritten; nil if there is none.
    public var nameHolder: Member?
    /// What was found that no node has written so, by this command and by those since the last tick.
    ///
    /// It counts as lost.
    public var spoiled: [Spoilage]
    /// The store's clock, as time since the Unix epoch.
    ///
    /// A label: no rule depends on it.
    public var storeTime: Duration

    /// Describes what a tick found.
    public init(
        lease: LeaseRecord?, lockLeft: Duration?, changes: [CredentialRecord] = [], position: StorePosition,
        startsOver: Bool = false, isComplete: Bool = true, missing: [AppID] = [], pauseLeft: Duration? = nil,
        members: [Member] = [], nameHolder: Member? = nil, spoiled: [Spoilage] = [], storeTime: Duration = .zero
    ) {
        self.lease = lease
        self.lockLeft = lockLeft
        self.changes = changes
        self.position = position
        self.startsOver = startsOver
        self.isComplete = isComplete
        self.missing = missing
        self.pauseLeft = pauseLeft
        self.members = members
        self.nameHolder = nameHolder
        self.spoiled = spoiled
        self.storeTime = storeTime
    }
}
