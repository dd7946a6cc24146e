internal import KeeperCore

/// The body of the answer to `POST /internal/refresh`: one case for each reaction.
enum RefreshReply: Codable {
    case token(RecordMessage, refreshed: Bool, stillValid: Bool)
    case tooSoon(retryAfter: Int64)
    case refused(TroubleMessage, retryAfter: Int64)
    case noLeader(retryAfter: Int64)
    case wechatUnreachable(TroubleMessage, retryAfter: Int64)
    case tooManyWaiting(retryAfter: Int64)
    case unknownApp(retryAfter: Int64)
    case notLeader(LeaderMessage?)
    case tooManyHops
}

extension RefreshReply {
    /// Why no refresh could be tried.
    init(_ reason: RefreshAnswer.Unavailability, retryAfter: Int64) {
        switch reason {
        case .noLeader: self = .noLeader(retryAfter: retryAfter)
        case .wechatUnreachable(let trouble):
            self = .wechatUnreachable(TroubleMessage(trouble), retryAfter: retryAfter)
        case .tooManyWaiting: self = .tooManyWaiting(retryAfter: retryAfter)
        case .unknownApp: self = .unknownApp(retryAfter: retryAfter)
        }
    }

    /// What the node that forwarded makes of it.
    var outcome: ForwardOutcome {
        switch self {
        case .token(let message, let refreshed, let stillValid):
            .token(record: message.record, refreshed: refreshed, stillValid: stillValid)
        case .tooSoon(let pause): .answered(.tooSoon(retryAfter: .milliseconds(pause)))
        case .refused(let trouble, let pause):
            .answered(.refused(trouble: trouble.trouble, retryAfter: .milliseconds(pause)))
        case .noLeader(let pause): .answered(.unavailable(reason: .noLeader, retryAfter: .milliseconds(pause)))
        case .wechatUnreachable(let trouble, let pause):
            .answered(.unavailable(reason: .wechatUnreachable(trouble.trouble), retryAfter: .milliseconds(pause)))
        case .tooManyWaiting(let pause):
            .answered(.unavailable(reason: .tooManyWaiting, retryAfter: .milliseconds(pause)))
        case .unknownApp(let pause): .answered(.unavailable(reason: .unknownApp, retryAfter: .milliseconds(pause)))
        case .notLeader(let leader): .answered(.notLeader(leader?.hint))
        case .tooManyHops: .failed(reason: "the request had been passed on too often")
        }
    }
}
