/// Somebody asks for a token other than the one named.
public struct RefreshRequest: Hashable, Sendable {
    /// Who waits for the answer.
    public var waiter: WaiterID
    /// The app.
    public var app: AppID
    /// Why.
    public var reason: Reason
    /// When the caller goes away; the core waits no longer than `LeaseTiming.hold` whatever stands here.
    public var deadline: Instant
    /// Whether another node has forwarded it: then it is never forwarded again.
    public var isForwarded: Bool

    /// Who wants the refresh.
    public enum Reason: Hashable, Sendable {
        /// A caller says that WeChat refused this token (passive refresh).
        case refused(Token)
        /// An operator wants the token replaced although it may be good.
        case operatorAsked
    }

    /// Describes a request.
    public init(waiter: WaiterID, app: AppID, reason: Reason, deadline: Instant, isForwarded: Bool) {
        self.waiter = waiter
        self.app = app
        self.reason = reason
        self.deadline = deadline
        self.isForwarded = isForwarded
    }
}

/// The answer to a `RefreshRequest`.
public enum RefreshAnswer: Hashable, Sendable {
    /// The token to use now.
    case token(credential: ServedCredential, previous: [Fingerprint], refreshed: Bool, stillValid: Bool)
    /// Refreshed too recently, or the day's budget is spent: ask again after this long.
    case tooSoon(retryAfter: Duration)
    /// WeChat was asked and gave none.
    case refused(trouble: Trouble, retryAfter: Duration)
    /// Nobody could ask WeChat, or WeChat could not be asked; the old token is untouched.
    case unavailable(reason: Unavailability, retryAfter: Duration)
    /// This node is not the leader (only to a forwarded request); with whom it believes to be.
    case notLeader(LeaderHint?)

    /// Why a refresh could not be tried.
    public enum Unavailability: Hashable, Sendable {
        /// No leader was found in time.
        case noLeader
        /// The leader could not reach WeChat, was not understood, or may not call it yet.
        case wechatUnreachable(Trouble)
        /// Too many callers wait already.
        case tooManyWaiting
        /// The node does not keep this app.
        case unknownApp
    }
}

extension RefreshAnswer {
    /// A call brought no token: WeChat has refused it, or was not reached.
    static func noToken(because trouble: Trouble, wasAnswered: Bool, retryAfter pause: Duration) -> RefreshAnswer {
        wasAnswered
            ? .refused(trouble: trouble, retryAfter: pause)
            : .unavailable(reason: .wechatUnreachable(trouble), retryAfter: pause)
    }
}

/// Whom a node believes to lead.
public struct LeaderHint: Hashable, Sendable {
    /// The leader and its address.
    public var holder: LeaseHolder
    /// Its term.
    public var epoch: Epoch

    /// Describes a leader.
    public init(holder: LeaseHolder, epoch: Epoch) {
        self.holder = holder
        self.epoch = epoch
    }
}

/// A request on its way to the leader.
public struct Forwarding: Hashable, Sendable {
    /// To whom.
    public var leader: LeaderHint
    /// The app.
    public var app: AppID
    /// Why.
    public var reason: RefreshRequest.Reason
    /// When the answer comes too late.
    public var deadline: Instant

    /// Describes a forwarding.
    public init(leader: LeaderHint, app: AppID, reason: RefreshRequest.Reason, deadline: Instant) {
        self.leader = leader
        self.app = app
        self.reason = reason
        self.deadline = deadline
    }
}

/// What came back from the leader.
public enum ForwardOutcome: Hashable, Sendable {
    /// The leader answered with a token, as its record stood when it answered.
    case token(record: CredentialRecord, refreshed: Bool, stillValid: Bool)
    /// The leader answered something else, to be passed on.
    case answered(RefreshAnswer)
    /// No answer of use: unreachable, timed out, not authentic.
    case failed(reason: String)
}
