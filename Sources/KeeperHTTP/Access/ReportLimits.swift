internal import HTTPTypes
internal import KeeperCore
internal import Synchronization

/// How often tokens may be reported at this node: by one client, and of one app by all clients together.
///
/// A report costs a request to the leader and may cost a question to WeChat. The limits leave room for a whole farm
/// that finds its token dead at once; only a loop that nobody paces runs into them.
final class ReportLimits: Sendable {
    /// One client's share.
    static let ofOneClient = Allowance.Rate(burst: 400, interval: .milliseconds(50))
    /// All clients' share in one app.
    static let ofOneApp = Allowance.Rate(burst: 2000, interval: .milliseconds(5))
    /// So many clients and apps are remembered; beyond that those are forgotten that have not reported for a while.
    static let mostRemembered = 16_384

    /// Whose reports are counted together.
    private enum Party: Hashable {
        case client(String)
        case app(AppID)
    }

    private let origin: ContinuousClock.Instant
    private let spent = Mutex<[Party: Allowance]>([:])

    init(origin: ContinuousClock.Instant = .now) { self.origin = origin }

    /// Lets a report through.
    /// - Throws: when to come again, if it is one too many. Such a report counts for nothing.
    func admit(_ app: AppID, from client: String, at moment: ContinuousClock.Instant = .now) throws(TooOften) {
        let now = Instant(moment - origin)
        let next = spent.withLock { spent -> Instant in
            var own = spent[.client(client), default: Allowance()]
            var shared = spent[.app(app), default: Allowance()]
            let next = max(own.next(Self.ofOneClient), shared.next(Self.ofOneApp))
            guard next <= now else { return next }
            own.take(Self.ofOneClient, at: now)
            shared.take(Self.ofOneApp, at: now)
            if spent.count + 2 > Self.mostRemembered { spent = spent.filter { !$0.value.isWhole(at: now) } }
            spent[.client(client)] = own
            spent[.app(app)] = shared
            return now
        }
        guard next <= now else { throw TooOften(retryAfter: next - now) }
    }

    /// How many are remembered.
    var count: Int { spent.withLock { $0.count } }

    /// A report too many.
    struct TooOften: Error, Equatable {
        let retryAfter: Duration
    }
}

extension RequestFailure {
    /// A client, or all clients of an app, report tokens faster than anybody could use them.
    static func reportedTooOften(_ failure: ReportLimits.TooOften) -> RequestFailure {
        RequestFailure(
            .tooManyRequests, "tokens are reported too often from here; wait before the next try of the same call",
            retryAfter: failure.retryAfter)
    }
}
