/// What a node asks of the store about one app's credential.
///
/// Each command is one atomic script.
///
/// "The lease is the caller's" means: the lease record names the caller's incarnation and the command's epoch and is
/// not released. "The lock is the caller's" means: the lock exists and names the caller's incarnation.
/// Every script that changes a record gives it the next event number and publishes a hint.
public indirect enum CredentialCommand: Hashable, Sendable {
    /// Announce a rotating call.
    case begin(Beginning)
    /// Store the token a rotating call has brought.
    case publish(Publication)
    /// Resolve an intent whose call brought no token, or note a failure of a call that needed no intent.
    case abort(Abortion)
    /// Store the token of a call that rotates nothing (`stable_token` in normal mode).
    case put(Putting)
    /// Write a known credential back after the store has lost it.
    case restore(Restoration)

    /// The app concerned.
    public var app: AppID {
        switch self {
        case .begin(let beginning): beginning.app
        case .publish(let publication): publication.app
        case .abort(let abortion): abortion.app
        case .put(let putting): putting.app
        case .restore(let restoration): restoration.record.app
        }
    }
}

/// What a decision to rotate was based on.
///
/// If the store has moved on since, the decision is void.
public struct DecisionBasis: Hashable, Sendable {
    /// The version known.
    public var version: UInt64
    /// Event of the uncertainty known; nil if none.
    public var uncertainty: UInt64?
    /// The open intent known; nil if none.
    public var intent: IntentID?

    /// What a record shows; nil stands for no record.
    public init(_ record: CredentialRecord?) {
        version = record?.version ?? 0
        uncertainty = record?.uncertainty?.event
        intent = record?.intent?.id
    }
}

/// Announces a rotating call before it is made.
///
/// - Refused `notHolder` unless the lease **and** the lock are the caller's.
/// - If `intent` is the one that stands open: accepted again, nothing changes.
/// - Refused `changed` unless version, uncertainty and open intent of the record are those of `basis`.
/// - Over another open intent, the caller's own or another's: that one is first turned into an uncertainty
///   (`uncertainty.event` := its event, `uncertainty.age` its age, unless an older uncertainty stands, whose age is
///   kept then).
/// - Opens the intent with the new event number; counts `rotationsToday`.
public struct Beginning: Hashable, Sendable {
    /// The app.
    public var app: AppID
    /// The caller's term.
    public var epoch: Epoch
    /// The intent to open.
    public var intent: IntentID
    /// What the decision was based on.
    public var basis: DecisionBasis

    /// Describes an intent.
    public init(app: AppID, epoch: Epoch, intent: IntentID, basis: DecisionBasis) {
        self.app = app
        self.epoch = epoch
        self.intent = intent
        self.basis = basis
    }
}

/// Stores the token of a rotating call.
///
/// - `intent` is the one last published: accepted again, nothing changes (a retry after a lost answer).
/// - The open intent is `intent`; or no intent of this or a later term was ever opened in the record and the record's
///   epoch is not later (the record was lost, or is older): accepted, **even if the caller holds the lease no more**.
///   version := max(stored, knownVersion) + 1, epoch := `epoch`, the old fingerprint goes to the front of `previous`,
///   the intent and the trouble are cleared; what is left is `left` from now, but no more than `age` + `left` from the
///   opening of the intent (the command may run long after it was sent; if that would take away more than five minutes
///   the store's clock was set forward, and nothing is taken away); an uncertainty is cleared only if its event is
///   before the intent's; if it `followsExternalRotation`, `external_rotations` counts one more, of this moment.
/// - Otherwise a later intent or term exists: refused `superseded`; uncertainty := the new event, its age the younger
///   of the current token's age and `age` (the uncertainty cannot be older than either).
public struct Publication: Hashable, Sendable {
    /// The app.
    public var app: AppID
    /// The term in which the call was begun.
    public var epoch: Epoch
    /// The intent it was begun under.
    public var intent: IntentID
    /// The token as received.
    public var token: Token
    /// Its fingerprint.
    public var fingerprint: Fingerprint
    /// The life WeChat gave.
    public var life: Duration
    /// What is left of it when this command is sent, counted from before the call.
    public var left: Duration
    /// Time since the call was begun, when this command is sent.
    public var age: Duration
    /// Highest version the caller knows, for a store that has lost its own.
    public var knownVersion: UInt64
    /// Whether it replaces a token that a program outside the cluster had ended.
    public var followsExternalRotation: Bool

    /// Describes a token to be published.
    public init(
        app: AppID, epoch: Epoch, intent: IntentID, token: Token, fingerprint: Fingerprint, life: Duration,
        left: Duration, age: Duration, knownVersion: UInt64, followsExternalRotation: Bool = false
    ) {
        self.app = app
        self.epoch = epoch
        self.intent = intent
        self.token = token
        self.fingerprint = fingerprint
        self.life = life
        self.left = left
        self.age = age
        self.knownVersion = knownVersion
        self.followsExternalRotation = followsExternalRotation
    }
}

/// Resolves a call that brought no token.
///
/// Touches only the intent named: if that one is not open, only `trouble` is noted. `none` clears it; `unsent` does and
/// takes one off the day's rotations. `unknown` clears it and sets uncertainty.event := the intent's event and
/// uncertainty.age := the older of the standing uncertainty's and the intent's. `late` does the same; and if the intent
/// is open no more because a later term has begun another, it sets uncertainty.event := the new event and
/// uncertainty.age := the older of the standing uncertainty's and the current token's: which of the two calls was
/// processed last only WeChat knows. With no `intent` (a call that rotates nothing) only the trouble is noted. The
/// trouble is noted only if the lease is the caller's, creating the record if there is none. Always accepted.
public struct Abortion: Hashable, Sendable {
    /// The app.
    public var app: AppID
    /// The caller's term.
    public var epoch: Epoch
    /// The intent to resolve.
    public var intent: IntentID?
    /// What the call has done.
    public var effect: Effect
    /// What went wrong; nil leaves the record's trouble as it is.
    public var trouble: Trouble?

    /// Whether a call that brought no token may have rotated one all the same.
    public enum Effect: Hashable, Sendable {
        /// Surely nothing, and it has cost none of the day's rotations: it was never sent.
        case unsent
        /// Surely nothing: WeChat refused it with an errcode.
        case none
        /// Perhaps: it may have left this machine.
        case unknown
        /// Perhaps, and the caller learned of its end so long after its time that a later term may have called before.
        /// To be told when WeChat can no longer be late.
        case late

        /// Whether an uncertainty remains.
        public var mayHaveRotated: Bool {
            switch self {
            case .unsent, .none: false
            case .unknown, .late: true
            }
        }
    }

    /// Describes a failure.
    public init(app: AppID, epoch: Epoch, intent: IntentID?, effect: Effect, trouble: Trouble?) {
        self.app = app
        self.epoch = epoch
        self.intent = intent
        self.effect = effect
        self.trouble = trouble
    }
}

/// Stores a token that came without an intent.
///
/// Refused `notHolder` unless the lease is the caller's; refused `changed` unless the stored version is `knownVersion`
/// (0 for no record). With another fingerprint than the stored one: version + 1, as `Publication`. With the same one:
/// only life and time left are corrected, if more is left now than was known, and the trouble is cleared. An
/// uncertainty and an open intent are cleared if their event is not after `settledEvent`: normal mode returns the
/// newest token, so that uncertainty is answered. Later ones are not touched.
public struct Putting: Hashable, Sendable {
    /// The app.
    public var app: AppID
    /// The caller's term.
    public var epoch: Epoch
    /// The token as received.
    public var token: Token
    /// Its fingerprint.
    public var fingerprint: Fingerprint
    /// The life of a token of this app, as far as known (at least `left`).
    public var life: Duration
    /// What WeChat says is left, counted from before the call.
    public var left: Duration
    /// The version the call was decided on.
    public var knownVersion: UInt64
    /// The record's event when the call was decided.
    public var settledEvent: UInt64

    /// Describes a token to be stored.
    public init(
        app: AppID, epoch: Epoch, token: Token, fingerprint: Fingerprint, life: Duration, left: Duration,
        knownVersion: UInt64, settledEvent: UInt64
    ) {
        self.app = app
        self.epoch = epoch
        self.token = token
        self.fingerprint = fingerprint
        self.life = life
        self.left = left
        self.knownVersion = knownVersion
        self.settledEvent = settledEvent
    }
}

/// Writes a credential back that the store has lost.
///
/// Refused `notHolder` unless lease and lock are the caller's; refused `changed` if the stored (epoch, version) is not
/// lower than `record`'s. Writes version, epoch, token with the times given (labels anew by this store's clock),
/// previous fingerprints, external rotations and trouble. An uncertainty **or** an intent in `record` becomes an
/// uncertainty of the new event with the older age of the two; so does whatever intent or uncertainty stands in the
/// record overwritten. The epoch of the last intent opened is set to `epoch`, so that no older term can publish over
/// it.
public struct Restoration: Hashable, Sendable {
    /// The caller's term.
    public var epoch: Epoch
    /// What is known.
    public var record: CredentialRecord

    /// Describes a record to be written back.
    public init(epoch: Epoch, record: CredentialRecord) {
        self.epoch = epoch
        self.record = record
    }
}

/// What the store answers to a `CredentialCommand`.
public struct CredentialReply: Hashable, Sendable {
    /// Who answered.
    public var server: ServerIdentity
    /// Which store, so that event numbers can be compared.
    public var store: String
    /// Whether the command took effect (or had done so before).
    public var outcome: Outcome
    /// The record as it stands after the command; nil if there is none.
    public var record: CredentialRecord?

    /// Accepted, or why not.
    public enum Outcome: Hashable, Sendable {
        /// It stands as asked.
        case accepted
        /// The lease, or the lock where it is needed, is not the caller's.
        case notHolder
        /// The record is not what the decision was based on.
        case changed
        /// A later intent or term exists; the record is uncertain now.
        case superseded
    }

    /// Describes an answer.
    public init(server: ServerIdentity, store: String, outcome: Outcome, record: CredentialRecord?) {
        self.server = server
        self.store = store
        self.outcome = outcome
        self.record = record
    }
}
