/// What a node says of itself: enough for health checks and load balancers.
///
/// Holds no secret and no address.
public struct NodeHealth: Equatable, Sendable {
    /// The node.
    public var node: NodeName
    /// What it is now, judged by its own lease deadline.
    public var role: Role
    /// The leader it knows of (itself included).
    public var leader: NodeName?
    /// Newest term it knows.
    public var epoch: Epoch
    /// What is left of its own lease; nil unless it leads.
    public var leaseLeft: Duration?
    /// Whether the store answered its last command.
    public var isStoreReachable: Bool
    /// What the store says against our commands; nil: nothing.
    public var storeRefusal: StoreRefusal?
    /// Time since it last confirmed its versions with the store, or with a member that had; nil if never.
    public var syncAge: Duration?
    /// Why it should not be asked for tokens; empty if it is ready.
    public var reasonsNotReady: [ReasonNotReady]
    /// Whether it cannot confirm that it is up to date (`"stale": true` in its answers).
    public var isStale: Bool
    /// How many apps it keeps.
    public var appCount: Int
    /// Tokens and tickets that are not valid, uncertain or in trouble, by appid: the first `mostIll` of them.
    public var ill: [Ill]
    /// How many apps there are of which this or a ticket is ill.
    public var illCount: Int

    /// Most ill apps named.
    public static let mostIll = 20

    /// Whether it should be asked for tokens.
    public var isReady: Bool { reasonsNotReady.isEmpty }

    /// What a node is.
    public enum Role: String, Equatable, Sendable {
        /// Serves, and stands ready to lead.
        case follower
        /// Asks for the lease right now.
        case candidate
        /// Leads: its lease has not run out.
        case leader
    }

    /// A token or ticket that is not valid, uncertain or in trouble.
    public struct Ill: Equatable, Sendable {
        /// The app, or the ticket.
        public var app: AppID
        /// What is left of its life; zero if there is none.
        public var left: Duration
        /// Whether it may not be the newest.
        public var isUncertain: Bool
        /// WeChat's code for why the last attempt to fetch failed; nil if it gave none.
        public var errcode: Int?

        /// Describes one.
        public init(app: AppID, left: Duration, isUncertain: Bool, errcode: Int?) {
            self.app = app
            self.left = left
            self.isUncertain = isUncertain
            self.errcode = errcode
        }
    }

    /// Why a node is not ready.
    public enum ReasonNotReady: String, Equatable, Sendable {
        /// It is shutting down.
        case draining
        /// Its loop has not turned for `NodeSettings.longestIdleTime`: it hears nothing, and can answer no refresh.
        case stuck
        /// It has not yet read the store once, nor heard of any token.
        case starting
        /// Some app has never been asked for.
        case appsNotAskedYet
        /// No app has a valid token.
        case noValidToken
        /// It is behind a cluster that is better off, or cut off from everybody.
        case outOfStep
    }

    /// Describes a node's health.
    public init(
        node: NodeName, role: Role, leader: NodeName?, epoch: Epoch, leaseLeft: Duration?, isStoreReachable: Bool,
        syncAge: Duration?, reasonsNotReady: [ReasonNotReady], isStale: Bool, appCount: Int, ill: [Ill],
        illCount: Int, storeRefusal: StoreRefusal? = nil
    ) {
        self.node = node
        self.role = role
        self.leader = leader
        self.epoch = epoch
        self.leaseLeft = leaseLeft
        self.isStoreReachable = isStoreReachable
        self.syncAge = syncAge
        self.reasonsNotReady = reasonsNotReady
        self.isStale = isStale
        self.appCount = appCount
        self.ill = ill
        self.illCount = illCount
        self.storeRefusal = storeRefusal
    }
}

/// One app as a node sees it.
public struct AppStatus: Equatable, Sendable {
    /// The app.
    public var app: AppID
    /// Its token line.
    public var line: CredentialLine
    /// How many tokens were published for it.
    public var version: UInt64
    /// The term of the current one.
    public var epoch: Epoch
    /// Its fingerprint; nil if there is none.
    public var fingerprint: Fingerprint?
    /// What is left of its life; nil if there is none.
    public var left: Duration?
    /// The life it was given; nil if there is none.
    public var life: Duration?
    /// Time since it was published; nil if there is none.
    public var age: Duration?
    /// Whether it may not be the newest.
    public var isUncertain: Bool
    /// Why the last attempt to fetch failed; nil after a success.
    public var trouble: Trouble?
    /// Time until this node's next attempt; nil unless it leads.
    public var nextAttempt: Duration?
    /// Intents begun since midnight UTC.
    public var rotationsToday: Int
    /// Tokens that a program outside the cluster has ended; nil if there was none.
    public var externalRotations: ExternalRotations?

    /// Whether it has a valid token, no uncertainty and no trouble.
    public var isWell: Bool {
        CredentialFacts.isWell(left: left ?? .zero, isUncertain: isUncertain, isInTrouble: trouble != nil)
    }

    /// Describes an app.
    public init(
        app: AppID, line: CredentialLine, version: UInt64, epoch: Epoch, fingerprint: Fingerprint?, left: Duration?,
        life: Duration?, age: Duration?, isUncertain: Bool, trouble: Trouble?, nextAttempt: Duration?,
        rotationsToday: Int, externalRotations: ExternalRotations? = nil
    ) {
        self.app = app
        self.line = line
        self.version = version
        self.epoch = epoch
        self.fingerprint = fingerprint
        self.left = left
        self.life = life
        self.age = age
        self.isUncertain = isUncertain
        self.trouble = trouble
        self.nextAttempt = nextAttempt
        self.rotationsToday = rotationsToday
        self.externalRotations = externalRotations
    }
}

/// The cluster as one node sees it, for people with the right to observe.
public struct NodeStatus: Equatable, Sendable {
    /// The node's health.
    public var health: NodeHealth
    /// Its incarnation and address.
    public var holder: LeaseHolder
    /// Time since it started.
    public var uptime: Duration
    /// What is left of its quiet period; nil unless it leads and is quiet.
    public var quietLeft: Duration?
    /// What is left of a maintenance pause; nil if there is none.
    public var pauseLeft: Duration?
    /// Everyone with a living member record, by name.
    public var members: [Member]
    /// What was found at the addresses of the others, by name.
    public var neighbours: [Neighbour]
    /// What was found spoiled in the store within the last minute.
    public var spoiled: [Spoilage]
    /// Every app, by appid.
    public var apps: [AppStatus]
    /// What it has counted since it started.
    public var counters: Counters

    /// Describes the cluster.
    public init(
        health: NodeHealth, holder: LeaseHolder, uptime: Duration, quietLeft: Duration?, pauseLeft: Duration? = nil,
        members: [Member], neighbours: [Neighbour] = [], spoiled: [Spoilage] = [],
        apps: [AppStatus], counters: Counters
    ) {
        self.health = health
        self.holder = holder
        self.uptime = uptime
        self.quietLeft = quietLeft
        self.pauseLeft = pauseLeft
        self.members = members
        self.neighbours = neighbours
        self.spoiled = spoiled
        self.apps = apps
        self.counters = counters
    }
}
