internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts

/// `GET /token` and `POST /token/refresh`: what business servers come for.
struct TokenEndpoints: Sendable {
    /// How long a refresh may take at most, whatever the provider does; its own limit is far shorter.
    static let longestRefresh: Duration = .seconds(60)

    let provider: any CredentialProvider
    /// How often tokens may be reported here.
    let limits: ReportLimits

    /// Which token is read.
    func read(_ request: ClientRequest) throws(RequestFailure) -> CredentialRead {
        CredentialRead(try request.app(named: request.parameter("appid")), .token)
    }

    /// The cached token.
    func token(_ request: ClientRequest) throws(RequestFailure) -> Response {
        let read = try read(request)
        let reading = provider.read(read.credential)
        if let answer = read.response(telling: reading) { return answer.response }
        throw reading == .unknownApp ? .cannotUse(read.app, request.client) : .noToken(read.app)
    }

    /// Passive refresh: another token than the one named, if that is really dead.
    func refresh(_ request: ClientRequest, _ asked: RefreshFields) async throws -> Response {
        let app = try request.app(named: asked.appid)
        let stale = try asked.staleToken()
        do throws(ReportLimits.TooOften) {
            try limits.admit(app, from: request.client.id)
        } catch {
            throw RequestFailure.reportedTooOften(error)
        }
        let answer = try await refresh(app, because: .refused(stale), for: request)
        return try Self.response(to: answer, for: request, app) { token, expiresIn in
            let read = CredentialRead(app, .token)
            var body = read.body(token.credential, expiresIn: expiresIn, isStale: false)
            body.write("refreshed", token.refreshed)
            if token.stillValid { body.write("still_valid", true) }
            if token.isStale { body.write("stale", true) }
            return body
        }
    }

    /// Asks the provider, for as long as the caller waits.
    func refresh(
        _ app: AppID, because reason: RefreshRequest.Reason, for request: ClientRequest
    ) async throws -> RefreshReading {
        let deadline = ContinuousClock.now + Self.longestRefresh
        return try await whileConnected(request.channel.callerDisconnect()) {
            await provider.refresh(app, because: reason, isForwarded: false, before: deadline)
        }
    }

    /// The answer to a caller; `render` writes the body where there is a token.
    static func response(
        to answer: RefreshReading, for request: ClientRequest, _ app: AppID,
        _ render: (RefreshedToken, _ expiresIn: Int64) -> JSONBytes
    ) throws -> Response {
        switch answer {
        case .token(let token):
            guard let expiresIn = token.expiresIn else { throw RequestFailure.noToken(app) }
            return Response(json: render(token, expiresIn).closed(), epoch: token.credential.epoch)
        case .tooSoon(let retryAfter):
            throw RequestFailure(
                .tooManyRequests, "this app was refreshed too recently; its newest token is at GET /token",
                retryAfter: retryAfter)
        case .refused(let trouble, let retryAfter):
            throw RequestFailure(
                .badGateway, errcode: trouble.errcode, "WeChat gave no token: \(trouble.summary)",
                retryAfter: retryAfter)
        case .unavailable(.unknownApp, _):
            throw RequestFailure.cannotUse(app, request.client)
        case .unavailable(let reason, let retryAfter):
            throw RequestFailure(
                .serviceUnavailable, errcode: reason.trouble?.errcode, reason.sentence, retryAfter: retryAfter)
        case .notLeader:
            throw RequestFailure(
                .serviceUnavailable, RefreshAnswer.Unavailability.noLeader.sentence, retryAfter: .seconds(1))
        }
    }
}

extension RefreshAnswer.Unavailability {
    /// What WeChat said, if it was asked.
    var trouble: Trouble? {
        if case .wechatUnreachable(let trouble) = self { trouble } else { nil }
    }

    /// The same for a person.
    var sentence: String {
        switch self {
        case .noLeader: "no leader was found in time; the token stays as it is"
        case .wechatUnreachable(let trouble): "WeChat could not be asked; the token stays as it is: \(trouble.summary)"
        case .tooManyWaiting: "too many callers wait already"
        case .unknownApp: "this cluster does not keep the app"
        }
    }
}
