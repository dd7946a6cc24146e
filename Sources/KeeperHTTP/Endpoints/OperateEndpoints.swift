internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts
internal import Logging

/// What operators may do to tokens and apps: `POST /operate/refresh` and `/operate/reload`, logged with who asked.
struct OperateEndpoints: Sendable {
    let provider: any CredentialProvider
    let reconfiguring: any Reconfiguring
    let tokens: TokenEndpoints
    let logger: Logger

    /// Replaces a token although it may be good.
    func refresh(_ request: ClientRequest, _ asked: RefreshFields) async throws -> Response {
        let app = try request.app(named: asked.appid)
        logger.notice(
            "an operator asks for a new token",
            metadata: ["client.id": "\(request.client.id)", "app.id": "\(app)"])
        let answer = try await tokens.refresh(app, because: .operatorAsked, for: request)
        return try TokenEndpoints.response(to: answer, for: request, app) { token, expiresIn in
            var body = JSONBytes()
            body.write("appid", app.rawValue)
            if request.client.scopes.contains(.read) { body.write("access_token", token.credential.token.secret) }
            body.write("fingerprint", token.credential.fingerprint.rawValue)
            body.write("expires_in", expiresIn)
            body.write("refreshed", token.refreshed)
            return body
        }
    }

    /// Has this node read its configuration again.
    ///
    /// A mistake in it changes nothing, and all are told.
    func reload(_ request: ClientRequest) async throws -> Response {
        logger.notice("an operator has the configuration read again", metadata: ["client.id": "\(request.client.id)"])
        do {
            let reload = try await reconfiguring.reload()
            return try Response(
                encoding: Reloaded(
                    added: reload.added.map(\.rawValue), removed: reload.removed.map(\.rawValue),
                    changed: reload.changed.map(\.rawValue), apps: reload.appCount, clients: reload.clientCount,
                    needsRestart: reload.needsRestart))
        } catch let refusal as ReloadRefusal {
            return try Response(encoding: NotReloaded(problems: refusal.problems), status: .unprocessableContent)
        }
    }

    private struct Reloaded: Encodable {
        let added: [String]
        let removed: [String]
        let changed: [String]
        let apps: Int
        let clients: Int
        let needsRestart: [String]
    }

    private struct NotReloaded: Encodable {
        let errcode = 422
        let errmsg = "the configuration has mistakes, so nothing was changed"
        let problems: [String]
    }
}
