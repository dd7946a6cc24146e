public import KeeperCore

/// The inbound port: what the HTTP side may ask of the node.
public protocol CredentialProvider: Sendable {
    /// What may be handed out for an app right now, and how long that stays so by itself. Needs no actor and no event:
    /// read on any thread.
    func lastingRead(_ app: AppID) -> LastingReading
    /// Another number as soon as a reading may be another although its time has not come, or `isDraining` is. Read on
    /// any thread; one who keeps a reading takes this first.
    var readGeneration: UInt64 { get }
    /// The app whose token this is: the current one, or the one before it while that still lives.
    func owner(of token: Token) -> AppID?
    /// Brings another token than the one named, if it is really dead. Returns by `deadline` at the latest, or by
    /// `LeaseTiming.hold` and two calls if that is sooner.
    func refresh(
        _ app: AppID, because reason: RefreshRequest.Reason, isForwarded: Bool,
        before deadline: ContinuousClock.Instant
    ) async -> RefreshReading
    /// Whether the process is ending. Read on any thread.
    var isDraining: Bool { get }
    /// Whether this node leads, by its own lease deadline. Read on any thread, also while the node is stuck.
    func role() -> NodeHealth.Role
    /// How this node is, for health checks. Read on any thread, also while the node is stuck.
    func health() -> NodeHealth
    /// What this node knows of the cluster.
    func status() async -> NodeStatus
    /// What this node tells another that asks (`GET /internal/state`).
    func memberState() async -> MemberState
    /// Who this node is, and what it keeps unless that is what the digest stands for (`GET /internal/apps`).
    func introduction(to digest: AppsDigest?) async -> Introduction
    /// Gives the lease up as ordered; answers with the leader that follows, nil if there was none within eight seconds.
    func handOver(_ order: HandoverOrder) async throws(HandoverRefusal) -> CompletedHandover?
    /// Keeps everybody from taking the lease for so long, or ends such a pause.
    func pause(for duration: Duration?) async throws(StoreError)
    /// Time since the event loop of the node last turned; grows without bound when the node is stuck.
    func idleTime() -> Duration
}

extension CredentialProvider {
    /// What may be handed out for an app right now.
    public func read(_ app: AppID) -> TokenReading { lastingRead(app).reading }
}

/// A reading that may be kept for a while.
public struct LastingReading: Sendable {
    /// What may be handed out.
    public var reading: TokenReading
    /// Until then the passing of time alone makes it no other; at most a second from now where there is a token.
    public var until: ContinuousClock.Instant

    /// Describes a reading.
    public init(_ reading: TokenReading, until: ContinuousClock.Instant) {
        self.reading = reading
        self.until = until
    }
}

/// The answer of the read path.
public enum TokenReading: Equatable, Sendable {
    /// A token within its life: seconds left, and whether the node cannot confirm that it is up to date.
    case token(ServedCredential, expiresIn: Int64, isStale: Bool)
    /// The cluster keeps this app but has no token for it that is within its life.
    case none
    /// The node does not keep this app.
    case unknownApp
}

/// A handover that is done.
public struct CompletedHandover: Equatable, Sendable {
    /// Who leads now.
    public var leader: LeaderHint
    /// How long nobody led, as the old leader saw it.
    public var gap: Duration

    /// Describes a handover.
    public init(leader: LeaderHint, gap: Duration) {
        self.leader = leader
        self.gap = gap
    }
}
