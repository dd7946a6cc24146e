internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts

/// What nodes ask each other: `POST /internal/refresh`, `GET /internal/state` and `GET /internal/apps`.
struct NodeEndpoints: Sendable {
    /// The longest a node may wait here for the answer to a forwarded refresh.
    static let longestWait = TokenEndpoints.longestRefresh

    let provider: any CredentialProvider

    /// A refresh that a follower forwards to the leader.
    ///
    /// It is never forwarded again.
    func refresh(_ request: NodeRequest) async throws -> NodeAnswer {
        guard request.head.hop <= 1 else {
            return try NodeAnswer(HTTPResponse.Status(code: 508), RefreshReply.tooManyHops)
        }
        guard let message = try? JSONDecoder().decode(RefreshMessage.self, from: Data(request.body)) else {
            return try NodeAnswer(.badRequest, NodeAuthenticator.Objection(.badRequest, "it is not understood"))
        }
        let health = await provider.health()
        guard request.head.epoch <= health.epoch else {
            // Whoever asks knows a newer term: this node is behind and must not pose as its leader.
            return try NodeAnswer(.misdirectedRequest, RefreshReply.notLeader(nil))
        }
        let wait = min(.milliseconds(request.head.remaining), Self.longestWait)
        let answer = await provider.refresh(
            AppID(message.appid), because: message.reason, isForwarded: true, before: .now + wait)
        return try Self.answer(answer, at: Instant(ContinuousClock.now - provider.origin))
    }

    /// One page of what this node knows.
    func state(_ request: NodeRequest) async throws -> NodeAnswer {
        try NodeAnswer(.ok, StateMessage(await provider.peerState(), after: request.parameters("after")))
    }

    /// Who this node is and what it keeps.
    func apps(_ request: NodeRequest) async throws -> NodeAnswer {
        let known = request.parameters("unless").map { AppsDigest($0) }
        return try NodeAnswer(.ok, IntroductionMessage(await provider.introduction(to: known)))
    }

    private static func answer(_ answer: RefreshAnswer, at now: Instant) throws -> NodeAnswer {
        switch answer {
        case .token(let served, let previous, let refreshed, let stillValid):
            let record = RecordMessage(served, previous: previous, at: now)
            return try NodeAnswer(.ok, RefreshReply.token(record, refreshed: refreshed, stillValid: stillValid))
        case .tooSoon(let pause):
            return try NodeAnswer(.tooManyRequests, RefreshReply.tooSoon(retryAfter: pause.milliseconds))
        case .refused(let trouble, let pause):
            return try NodeAnswer(
                .badGateway, RefreshReply.refused(TroubleMessage(trouble), retryAfter: pause.milliseconds))
        case .unavailable(let reason, let pause):
            return try NodeAnswer(.serviceUnavailable, RefreshReply(reason, retryAfter: pause.milliseconds))
        case .notLeader(let leader):
            return try NodeAnswer(.misdirectedRequest, RefreshReply.notLeader(leader.map(LeaderMessage.init)))
        }
    }
}

extension RefreshReply {
    fileprivate init(_ reason: RefreshAnswer.Unavailability, retryAfter: Int64) {
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
            .token(message.record, refreshed: refreshed, stillValid: stillValid)
        case .tooSoon(let pause): .answered(.tooSoon(retryAfter: .milliseconds(pause)))
        case .refused(let trouble, let pause):
            .answered(.refused(trouble.trouble, retryAfter: .milliseconds(pause)))
        case .noLeader(let pause): .answered(.unavailable(.noLeader, retryAfter: .milliseconds(pause)))
        case .wechatUnreachable(let trouble, let pause):
            .answered(.unavailable(.wechatUnreachable(trouble.trouble), retryAfter: .milliseconds(pause)))
        case .tooManyWaiting(let pause): .answered(.unavailable(.tooManyWaiting, retryAfter: .milliseconds(pause)))
        case .unknownApp(let pause): .answered(.unavailable(.unknownApp, retryAfter: .milliseconds(pause)))
        case .notLeader(let leader): .answered(.notLeader(leader?.hint))
        case .tooManyHops: .failed("the request had been passed on too often")
        }
    }
}
