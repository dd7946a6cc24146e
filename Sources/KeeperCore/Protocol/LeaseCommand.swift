/// What a node asks of the store about the lease and the cluster.
///
/// Each command is one atomic script.
///
/// The store knows who asks (`LeaseHolder`, "the caller"). A command may be executed any time after it was sent, even
/// long after its sender gave up; every script is written so that such a stray does no harm.
public enum LeaseCommand: Hashable, Sendable {
    /// Heartbeat and poll; changes nothing but the caller's member record.
    indirect case tick(Tick)
    /// Take the lease if it is free.
    indirect case acquire(Acquisition)
    /// Keep the lease: granted only if the record is the caller's, of this epoch and not released. Counts `sequence`
    /// up, sets the lock for `ttl` (re-creating it if it has expired) and `isActive` if asked (never unsets it).
    case renew(epoch: Epoch, ttl: Duration, isActive: Bool)
    /// Give the lease up: only if the record is the caller's, of this epoch and not released yet. Marks the record
    /// released, deletes the lock, publishes a hint.
    indirect case release(epoch: Epoch, handover: Handover)
    /// Say that the caller's process has ended, which only its parent can know: if the record is the caller's, of
    /// whatever epoch, and not released yet, marks it `holderDied`, deletes the lock, publishes a hint.
    case reportDeath
    /// Keep everybody from taking the lease for so long, at most `longestPause`; nil ends the pause. The leader stays;
    /// whoever is named in a handover may follow all the same. Publishes a hint.
    case pause(for: Duration?)
    /// Remove the caller's member record, if it is the caller's incarnation that stands there.
    case leave

    /// The longest maintenance pause: a forgotten one must end by itself.
    public static let longestPause: Duration = .seconds(24 * 3600)
}

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

/// An attempt to take the lease.
///
/// 1. The lock exists and is the caller's, and so is the record, not released: an earlier attempt ran although its
///    answer was lost. Counts `sequence` up, sets the lock again and answers `resumed`.
/// 2. The lock exists and is another's, and there is a record: `denied`, unless `steals` and the record is still
///    exactly `observed`. (Without a record the lock's owner cannot renew it; only a store whose clock was set back
///    keeps it.)
/// 3. Otherwise the new epoch is max(record's epoch, highest epoch seen) + 1; and at least the store's clock in
///   seconds, if there is no record or one of an earlier start of the server: then higher ones may have been forgotten.
///   Writes the record (sequence 1, not active, not released), sets the lock for `ttl`, appends to the history,
///   publishes a hint, answers `granted` with the record it replaced.
///
/// It notes the server's identity in the record (`ServerIdentity.run`). Nothing else does: what is said later of a term
/// that another start of the server granted does not make it any younger.
public struct Acquisition: Hashable, Sendable {
    /// Length of the lease.
    public var ttl: Duration
    /// Highest epoch the caller has ever heard of.
    public var highestEpochSeen: Epoch
    /// The renewal the caller has watched.
    public var observed: ObservedRenewal?
    /// Whether the caller has seen `observed` unchanged for so long that the lock cannot be right (a store whose clock
    /// was set back or stands still keeps a lock for ever).
    public var steals: Bool

    /// Describes an attempt.
    public init(ttl: Duration, highestEpochSeen: Epoch, observed: ObservedRenewal?, steals: Bool) {
        self.ttl = ttl
        self.highestEpochSeen = highestEpochSeen
        self.observed = observed
        self.steals = steals
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

/// Which server answered, over which connection.
///
/// Another server is a reason to distrust what was known.
public struct ServerIdentity: Hashable, Sendable {
    /// The server's own identity, new at each of its starts (Redis: `run_id` of `INFO server`).
    public let run: String
    /// Counts the connections of this node, from 1.
    public let connection: UInt64

    /// Describes the server that answered.
    public init(run: String, connection: UInt64) {
        self.run = run
        self.connection = connection
    }
}

/// What the store answers to a `LeaseCommand`.
public struct LeaseReply: Hashable, Sendable {
    /// Who answered.
    public var server: ServerIdentity
    /// The answer itself.
    public var answer: Answer

    /// Answers, one or two for each command.
    public indirect enum Answer: Hashable, Sendable {
        /// To `tick`.
        case ticked(TickReply)
        /// To `acquire`: the caller leads the term `epoch`; `previous` is the record it replaced, nil if there was
        /// none. It `isOld` if it was granted under an earlier start of the server: then what followed it may have been
        /// lost with that one.
        case granted(epoch: Epoch, previous: LeaseRecord?, isOld: Bool = false)
        /// To `acquire`: the caller already led `epoch` without knowing it.
        case resumed(epoch: Epoch)
        /// To `acquire`, `renew`, `release` and `reportDeath`: no. With the record as it stands, nil if there is none.
        case denied(LeaseRecord?)
        /// To `renew`.
        case renewed(sequence: UInt64)
        /// To `release`, `reportDeath`, `pause` and `leave`.
        case done
    }

    /// Describes an answer.
    public init(server: ServerIdentity, answer: Answer) {
        self.server = server
        self.answer = answer
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

/// Why the store gave no answer.
///
/// Each case has a reaction of its own.
public enum StoreError: Error, Hashable, Sendable {
    /// Nothing was sent: no connection. The command has surely not run.
    case unreachable(reason: String)
    /// No answer in time; the command may have run or may still run.
    case timedOut
    /// The server answered with an error; nothing was changed.
    indirect case rejected(StoreRefusal)
}
