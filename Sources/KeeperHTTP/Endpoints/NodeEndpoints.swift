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
        let health = provider.health()
        guard request.head.epoch <= health.epoch else {
            // The asking node knows a newer term: this node is behind and must not pose as its leader.
            return try NodeAnswer(.misdirectedRequest, RefreshReply.notLeader(nil))
        }
        let wait = min(.milliseconds(request.head.remaining), Self.longestWait)
        let answer = await provider.refresh(
            AppID(message.appid), because: message.reason, isForwarded: true, before: .now + wait)
        return try Self.answer(answer)
    }

    /// One page of what this node knows.
    func state(_ request: NodeRequest) async throws -> NodeAnswer {
        try NodeAnswer(.ok, StateMessage(await provider.memberState(), after: request.parameters("after")))
    }

    /// Who this node is and what it keeps.
    func apps(_ request: NodeRequest) async throws -> NodeAnswer {
        let known = request.parameters("unless").flatMap { AppsDigest($0) }
        return try NodeAnswer(.ok, IntroductionMessage(await provider.introduction(to: known)))
    }

    private static func answer(_ answer: RefreshReading) throws -> NodeAnswer {
        switch answer {
        case .token(let token):
            let record = RecordMessage(token.record)
            return try NodeAnswer(
                .ok, RefreshReply.token(record, refreshed: token.refreshed, stillValid: token.stillValid))
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
