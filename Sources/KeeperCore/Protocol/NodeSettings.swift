/// What a node is told at start.
///
/// But for the apps it never changes.
public struct NodeSettings: Equatable, Sendable {
    /// Times of the lease.
    public var timing: LeaseTiming
    /// The apps kept, each once.
    public var apps: [AppSettings]
    /// How long WeChat keeps the previous token alive (G, `wechat.overlap`).
    public var overlap: Duration
    /// How often the leader asks WeChat whether a classic token still lives; zero: never.
    public var watchPeriod: Duration

    /// A node whose last confirmation is older than this marks its answers stale.
    public static let staleAfter: Duration = .seconds(5)
    /// A node that has looked at no event for this long is stuck: idle it does so every second.
    public static let longestIdleTime: Duration = .seconds(10)
    /// Most callers that may wait at one node.
    public static let mostWaiters = 10_000
    /// Most rotating calls for one classic app in a day (UTC) before none is made any more but those that are due: what
    /// WeChat gives a new account is 2000.
    public static let classicDailyBudget = 1700
    /// WeChat's own limit of forced refreshes on the stable line.
    public static let forcedDailyBudget = 20
    /// Most watch calls a second over all apps.
    public static let watchCallsPerSecond = 10

    /// Tells a node what to keep and how.
    public init(timing: LeaseTiming, apps: [AppSettings], overlap: Duration, watchPeriod: Duration) {
        self.timing = timing
        self.apps = apps
        self.overlap = overlap
        self.watchPeriod = watchPeriod
    }

    /// How long a node may go unconfirmed before it says so (S): 300 s, less the 60 s WeChat lets clients keep a token,
    /// less 30 s of margin; as much less as `overlap` is shorter.
    public var readerLease: Duration { min(.seconds(210), overlap.scaled(by: 0.7)) }

    /// The part of the overlap that is relied upon (G′ = 0.9·G).
    public var usableOverlap: Duration { overlap.scaled(by: 0.9) }
}

/// One credential to be kept: the token of an app, or a ticket.
public struct AppSettings: Hashable, Sendable {
    /// Its appid; for a ticket the name of `AppID.ticket(_:)`.
    public var id: AppID
    /// Where it comes from.
    public var line: CredentialLine
    /// The app whose token brings the ticket; nil for a token.
    public var owner: AppID?

    /// Describes an app.
    public init(id: AppID, line: CredentialLine) {
        self.id = id
        self.line = line
    }

    /// Describes a ticket.
    public init(ticket type: TicketType, of owner: AppID) {
        self.init(id: owner.ticket(type), line: .ticket(type))
        self.owner = owner
    }
}
