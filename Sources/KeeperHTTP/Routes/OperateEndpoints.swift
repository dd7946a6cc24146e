internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts
internal import Logging

/// What operators may do: `POST /operate/step-down` and `POST /operate/refresh`. Each is logged with who asked.
struct OperateEndpoints: Sendable {
    let provider: any CredentialProvider
    let tokens: TokenEndpoints
    let logger: Logger

    private struct HandedOver: Encodable {
        let leader: String
        let epoch: UInt64
        let tookMs: Int64
    }

    private struct NotLeader: Encodable {
        let errcode = 421
        let errmsg: String
        let leader: String?
        let address: String?
        let epoch: UInt64?
    }

    /// Hands leadership over; the answer comes when another node leads.
    func stepDown(_ request: ClientRequest) async throws -> Response {
        logger.notice("an operator asks this node to step down", metadata: ["client.id": "\(request.client.id)"])
        let start = ContinuousClock.now
        let successor: LeaderHint?
        do {
            successor = try await provider.stepDown()
        } catch {
            return try Self.misdirected(to: error.leader)
        }
        guard let successor else {
            throw RequestFailure(.gatewayTimeout, "this node has stepped down, but nobody leads yet")
        }
        return try Response(
            encoding: HandedOver(
                leader: successor.holder.node.rawValue, epoch: successor.epoch.rawValue,
                tookMs: (ContinuousClock.now - start).milliseconds))
    }

    /// Replaces a token although it may be good.
    func refresh(_ request: ClientRequest) async throws -> Response {
        let app = try request.app(named: RefreshBody(await request.body()).appid)
        logger.notice(
            "an operator asks for a new token",
            metadata: ["client.id": "\(request.client.id)", "app.id": "\(app)"])
        let answer = try await tokens.refresh(app, because: .operatorAsked, for: request)
        return try TokenEndpoints.response(to: answer, for: request, app) { served, refreshed, _ in
            guard let expiresIn = served.expiresIn(at: tokens.now) else { throw RequestFailure.noToken(app) }
            var body = JSONBytes()
            body.write("appid", app.rawValue)
            if request.client.scopes.contains(.read) { body.write("access_token", served.credential.token.secret) }
            body.write("fingerprint", served.credential.fingerprint.rawValue)
            body.write("expires_in", expiresIn)
            body.write("refreshed", refreshed)
            return body
        }
    }

    private static func misdirected(to leader: LeaderHint?) throws -> Response {
        let whom = leader.map { "; \($0.holder.node) does, ask it" } ?? " and knows of no leader"
        return try Response(
            encoding: NotLeader(
                errmsg: "this node does not lead\(whom)", leader: leader?.holder.node.rawValue,
                address: leader?.holder.address, epoch: leader?.epoch.rawValue),
            status: .misdirectedRequest)
    }
}
