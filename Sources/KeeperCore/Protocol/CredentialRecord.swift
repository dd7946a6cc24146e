/// What the store keeps of one app, as one atomic reading shows it.
///
/// Times are durations relative to the reading, so that no clock needs to agree with another. A node turns them into
/// instants of its own once, counted from before it asked (`Credential.init(_:readAfter:)`).
public struct CredentialRecord: Hashable, Sendable {
    /// Whose record it is.
    public var app: AppID
    /// Number of the store's event that last changed this record.
    public var event: UInt64
    /// Counts the published tokens; never falls.
    public var version: UInt64
    /// The term in which the token was published.
    public var epoch: Epoch
    /// The published token; nil while there has been none (the record may hold only an intent or a trouble).
    public var issue: Issue?
    /// Fingerprints of the last tokens before this one, newest first, at most `mostPrevious`.
    public var previous: [Fingerprint]
    /// A rotating call begun and not yet resolved.
    public var intent: OpenIntent?
    /// A mark that the published token may not be the newest.
    public var uncertainty: StoredUncertainty?
    /// Why the last attempt to fetch failed; nil after a success.
    public var trouble: Trouble?
    /// Intents begun since midnight (UTC) by the store's clock.
    public var rotationsToday: Int
    /// Tokens of this app that a program outside the cluster has ended; nil if there was none.
    public var externalRotations: ExternalRotations?

    /// How many earlier fingerprints are kept.
    public static let mostPrevious = 4

    /// A token with the life it was given.
    public struct Issue: Hashable, Sendable {
        /// The token.
        public var token: Token
        /// Its fingerprint.
        public var fingerprint: Fingerprint
        /// The life WeChat gave it (`expires_in`).
        public var life: Duration
        /// What was left of that life at the reading, counted from before the call that fetched it.
        public var left: Duration
        /// How long ago it was published.
        public var age: Duration

        /// Describes a token.
        public init(token: Token, fingerprint: Fingerprint, life: Duration, left: Duration, age: Duration) {
            self.token = token
            self.fingerprint = fingerprint
            self.life = life
            self.left = left
            self.age = age
        }
    }

    /// An empty record, or one with everything given.
    public init(
        app: AppID, event: UInt64 = 0, version: UInt64 = 0, epoch: Epoch = .none, issue: Issue? = nil,
        previous: [Fingerprint] = [], intent: OpenIntent? = nil, uncertainty: StoredUncertainty? = nil,
        trouble: Trouble? = nil,
        rotationsToday: Int = 0, externalRotations: ExternalRotations? = nil
    ) {
        self.app = app
        self.event = event
        self.version = version
        self.epoch = epoch
        self.issue = issue
        self.previous = previous
        self.intent = intent
        self.uncertainty = uncertainty
        self.trouble = trouble
        self.rotationsToday = rotationsToday
        self.externalRotations = externalRotations
    }
}

/// A rotating call that was begun and neither published nor aborted.
public struct OpenIntent: Hashable, Sendable {
    /// Which one.
    public var id: IntentID
    /// The term it was begun in.
    public var epoch: Epoch
    /// The store's event that opened it.
    public var event: UInt64
    /// How long ago it was begun.
    public var age: Duration

    /// Describes an intent.
    public init(id: IntentID, epoch: Epoch, event: UInt64, age: Duration) {
        self.id = id
        self.epoch = epoch
        self.event = event
        self.age = age
    }
}

/// A mark that the published token may not be the newest one WeChat has issued.
public struct StoredUncertainty: Hashable, Sendable {
    /// The store's event that set it.
    ///
    /// Only the publication of an intent with a later event clears it.
    public var event: UInt64
    /// How long ago the published token may have been replaced.
    public var age: Duration

    /// Describes an uncertainty.
    public init(event: UInt64, age: Duration) {
        self.event = event
        self.age = age
    }
}

/// What a program outside the cluster has done to an app: it fetched a token of its own, which ended ours.
public struct ExternalRotations: Hashable, Sendable {
    /// How often a token that was ended so has been replaced.
    public var count: Int
    /// How long ago the last one was.
    public var age: Duration

    /// Describes external rotations.
    public init(count: Int, age: Duration) {
        self.count = count
        self.age = age
    }
}

/// Why an attempt to fetch a token gave none, fit to be shown: no secret, no token.
public struct Trouble: Hashable, Sendable {
    /// WeChat's `errcode`; nil if it did not answer with one.
    public var errcode: Int?
    /// A sentence of at most `longestSummary` characters.
    public var summary: String
    /// What it says about the way to WeChat, to the node that made the attempt.
    public var contact: Contact

    /// Longer summaries are cut.
    public static let longestSummary = 240

    /// Describes a failure.
    public init(errcode: Int? = nil, summary: String, contact: Contact = .untried) {
        self.errcode = errcode
        self.contact = contact
        self.summary = summary.count <= Self.longestSummary ? summary : String(summary.prefix(Self.longestSummary))
    }
}
