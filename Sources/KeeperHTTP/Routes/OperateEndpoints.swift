internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts
internal import Logging

/// What operators may do to tokens: `POST /operate/refresh`, logged with who asked.
struct OperateEndpoints: Sendable {
    let provider: any CredentialProvider
    let tokens: TokenEndpoints
    let logger: Logger

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
}
