internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts
internal import Logging

/// How operators move leadership: `POST /operate/step-down`, `/operate/switchover`, `/operate/pause` and
/// `/operate/resume`.
///
/// Each is logged with who asked.
struct HandoverEndpoints: Sendable {
    /// How long a pause lasts if nobody says how long.
    static let usualPauseSeconds: Int64 = 3600

    let provider: any CredentialProvider
    let logger: Logger

    private struct HandedOver: Encodable {
        let leader: String
        let epoch: UInt64
        /// How long nobody led.
        let gapMs: Int64
        /// From the question to the answer.
        let tookMs: Int64
    }

    private struct NotDone: Encodable {
        let errcode: Int
        let errmsg: String
        let leader: String?
        let address: String?
        let epoch: UInt64?
    }

    private struct Paused: Encodable {
        let paused: Bool
        let seconds: Int64?
    }

    /// Hands leadership over to anybody; the answer comes when another node leads.
    func stepDown(_ request: ClientRequest) async throws -> Response {
        try await handOver(.stepDown, "step down", request)
    }

    /// Hands leadership over from the leader named to the node named, or to the fittest.
    func switchover(_ request: ClientRequest, _ fields: SwitchoverFields) async throws -> Response {
        guard let leader = fields.leader, !leader.isEmpty else {
            let example = SwitchoverFields.form.example
            throw RequestFailure(.badRequest, "leader is missing: name the node that leads now, \(example)")
        }
        return try await handOver(
            .switchover(leader: NodeName(leader), successor: fields.candidate.map { NodeName($0) }), "switch over",
            request)
    }

    /// Keeps every node from taking the lease by itself, for a while.
    func pause(_ request: ClientRequest, _ fields: PauseFields) async throws -> Response {
        let seconds = fields.seconds ?? Self.usualPauseSeconds
        let most = LeaseCommand.longestPause.wholeSeconds
        guard (1...most).contains(seconds) else {
            throw RequestFailure(.badRequest, "seconds is \(seconds); allowed are 1 to \(most)")
        }
        tell(request, "pause takeovers for \(seconds) s")
        try await change(.seconds(seconds))
        return try Response(encoding: Paused(paused: true, seconds: seconds))
    }

    /// Ends a pause.
    func resume(_ request: ClientRequest) async throws -> Response {
        tell(request, "end the pause")
        try await change(nil)
        return try Response(encoding: Paused(paused: false, seconds: nil))
    }

    private func change(_ pause: Duration?) async throws {
        do {
            try await provider.pause(for: pause)
        } catch {
            throw RequestFailure(
                .serviceUnavailable, "Redis could not be asked: nothing may have changed", retryAfter: .seconds(2))
        }
    }

    private func tell(_ request: ClientRequest, _ wish: String) {
        logger.notice("an operator asks this node to \(wish)", metadata: ["client.id": "\(request.client.id)"])
    }

    private func handOver(_ order: HandoverOrder, _ wish: String, _ request: ClientRequest) async throws -> Response {
        tell(request, wish)
        let start = ContinuousClock.now
        let handover: CompletedHandover?
        do {
            handover = try await provider.handOver(order)
        } catch {
            return try Self.refusal(error)
        }
        guard let handover else {
            throw RequestFailure(.gatewayTimeout, "this node has stepped down, but nobody leads yet")
        }
        return try Response(
            encoding: HandedOver(
                leader: handover.leader.holder.node.rawValue, epoch: handover.leader.epoch.rawValue,
                gapMs: handover.gap.milliseconds, tookMs: (ContinuousClock.now - start).milliseconds))
    }

    private static func refusal(_ refusal: HandoverRefusal) throws -> Response {
        switch refusal {
        case .notLeader(let leader):
            let whom = leader.map { "; \($0.holder.node) does, ask it" } ?? " and knows of no leader"
            return try notDone(.misdirectedRequest, "this node does not lead\(whom)", leader)
        case .otherLeader(let leader):
            let whom = leader.map { "\($0.holder.node) leads" } ?? "nobody leads as far as this node knows"
            return try notDone(.preconditionFailed, "the node named does not lead: \(whom)", leader)
        case .cannotFollow(let node, let obstacle):
            return try notDone(.conflict, obstacle.sentence(about: node), nil)
        }
    }

    private static func notDone(
        _ status: HTTPResponse.Status, _ message: String, _ leader: LeaderHint?
    ) throws -> Response {
        try Response(
            encoding: NotDone(
                errcode: status.code, errmsg: message, leader: leader?.holder.node.rawValue,
                address: leader?.holder.address, epoch: leader?.epoch.rawValue),
            status: status)
    }
}

/// The body of `POST /operate/switchover`.
struct SwitchoverFields: Decodable, Sendable {
    static let form = JSONForm<SwitchoverFields>(
        #"such as {"leader": "a", "candidate": "b"}, the candidate only if it matters"#, isOptional: true)

    var leader: String?
    var candidate: String?
}

/// The body of `POST /operate/pause`.
struct PauseFields: Decodable, Sendable {
    static let form = JSONForm<PauseFields>(#"such as {"seconds": 600}"#, isOptional: true)

    var seconds: Int64?
}

extension HandoverRefusal.Obstacle {
    /// The same for a person.
    fileprivate func sentence(about node: NodeName?) -> String {
        guard let node else {
            return self == .paused
                ? "takeovers are paused; name the node that shall lead with /operate/switchover, or end the pause"
                : "no other node could follow"
        }
        return switch self {
        case .absent: "\(node) is no living member of the cluster"
        case .leads: "\(node) leads already"
        case .draining: "\(node) is shutting down"
        case .doesNotReachWeChat: "\(node) does not reach WeChat"
        case .paused: "takeovers are paused"
        }
    }
}
