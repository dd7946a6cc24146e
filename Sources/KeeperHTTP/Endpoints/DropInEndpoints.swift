internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts

/// WeChat's own paths, for programs that know nothing but WeChat: same query, same body, same answers, and the same
/// leniency.
///
/// A caller proves itself by `secret`, as at WeChat: with a client key of ours, or with the AppSecret where the app
/// allows that. What is answered is the cached token; nothing asked here ever reaches WeChat as a forced refresh.
struct DropInEndpoints: Sendable {
    let provider: any CredentialProvider
    let registry: AccessRegistry
    let limits: ReportLimits

    /// `GET /cgi-bin/token`, and `GET /token` asked as if it were that.
    func token(_ request: DropInRequest) throws -> Response {
        let fields = request.fields
        let named = Named(appid: fields["appid"], secret: fields["secret"], grantType: fields["grant_type"])
        return try answer(app(named, toRefresh: false))
    }

    /// `POST /cgi-bin/stable_token`; `force_refresh` is a passive refresh of the token now current.
    func stableToken(_ request: DropInRequest) async throws -> Response {
        let fields = request.fields
        let isForced = try fields.flag("force_refresh")
        let named = Named(
            appid: try fields.text("appid"), secret: try fields.text("secret"),
            grantType: try fields.text("grant_type"))
        let app = try app(named, toRefresh: isForced)
        guard isForced, case .token(let served, _, _) = provider.read(app) else { return try answer(app) }
        // Callers on this path have no name; all of one app count as one.
        guard (try? limits.admit(app, from: "cgi-bin \(app)")) != nil else { throw DropInFailure.tooSoon }
        let deadline = ContinuousClock.now + TokenEndpoints.longestRefresh
        let refreshed = try await whileConnected(request.channel.callerDisconnect()) {
            await provider.refresh(
                app, because: .refused(served.credential.token), isForwarded: false, before: deadline)
        }
        return try answer(refreshed)
    }

    /// `GET /cgi-bin/gettoken` of WeCom.
    func corporationToken(_ request: DropInRequest) throws -> Response {
        let fields = request.fields
        let entries = registry.entries
        let applications = entries.apps.applications(of: fields["corpid"] ?? "")
        guard !applications.isEmpty else { throw DropInFailure.unknownCorporation }
        guard let secret = fields["corpsecret"] else { throw DropInFailure.secretMissing }
        let meant = applications.filter { may(secret, for: $0, toRefresh: false, entries) }
        guard meant.count == 1, let app = meant.first else { throw DropInFailure.wrongCorporationSecret }
        return try answer(app.id, isWeCom: true)
    }

    /// `GET /cgi-bin/ticket/getticket`: a caller that holds a token of ours may have its app's tickets.
    func ticket(_ request: DropInRequest) throws -> Response {
        let fields = request.fields
        guard let token = fields["access_token"] else { throw DropInFailure.tokenMissing }
        guard let app = provider.owner(of: Token(token)) else { throw DropInFailure.unknownToken }
        guard let type = fields["type"].flatMap({ TicketType(rawValue: $0) }) else {
            throw DropInFailure.wrongTicketType
        }
        switch provider.read(app.ticket(type)) {
        case .token(let served, let expiresIn, _):
            var body = JSONBytes()
            body.write("errcode", 0)
            body.write("errmsg", "ok")
            body.write("ticket", served.credential.token.secret)
            body.write("expires_in", expiresIn)
            return Response(json: body, epoch: served.credential.epoch)
        case .none: throw DropInFailure.busy("there is no valid ticket of this app yet")
        case .unknownApp: throw DropInFailure.wrongTicketType
        }
    }

    // MARK: Who asks

    /// What a caller says of itself and of the app.
    private struct Named {
        var appid: String?
        var secret: String?
        var grantType: String?
    }

    /// The app that the caller may use; judged in WeChat's order, which looks at the appid first.
    private func app(_ named: Named, toRefresh: Bool) throws(DropInFailure) -> AppID {
        guard let id = named.appid else { throw .appIDMissing }
        let entries = registry.entries
        guard let app = entries.apps[AppID(id)] else { throw .unknownApp }
        guard named.grantType == "client_credential" else { throw .wrongGrantType }
        guard let secret = named.secret else { throw .secretMissing }
        guard may(secret, for: app, toRefresh: false, entries) else { throw .wrongSecret }
        guard !toRefresh || may(secret, for: app, toRefresh: true, entries) else { throw .mayNotRefresh }
        return app.id
    }

    private func may(
        _ secret: String, for app: KnownApp, toRefresh: Bool, _ entries: AccessRegistry.Entries
    ) -> Bool {
        if let own = app.secret, own == KeyDigest(of: secret) { return true }
        guard let client = entries.clients.client(withKey: secret[...]), client.mayUse(app.id) else { return false }
        return client.scopes.contains(toRefresh ? .refresh : .read)
    }

    // MARK: What is answered

    private func answer(_ app: AppID, isWeCom: Bool = false) throws(DropInFailure) -> Response {
        switch provider.read(app) {
        case .token(let served, let expiresIn, _): return Self.answer(served.credential, expiresIn, isWeCom: isWeCom)
        case .none: throw .busy("there is no valid token of this app yet")
        case .unknownApp: throw .unknownApp
        }
    }

    private func answer(_ refreshed: RefreshReading) throws(DropInFailure) -> Response {
        switch refreshed {
        case .token(let token):
            guard let expiresIn = token.expiresIn else { throw .busy("there is no valid token of this app yet") }
            return Self.answer(token.credential, expiresIn, isWeCom: false)
        case .tooSoon: throw .tooSoon
        case .refused(let trouble, _): throw DropInFailure(trouble.errcode ?? -1, trouble.summary)
        case .unavailable(let reason, _): throw .busy(reason.sentence)
        case .notLeader: throw .busy(RefreshAnswer.Unavailability.noLeader.sentence)
        }
    }

    private static func answer(_ credential: Credential, _ expiresIn: Int64, isWeCom: Bool) -> Response {
        var body = JSONBytes()
        if isWeCom {
            body.write("errcode", 0)
            body.write("errmsg", "ok")
        }
        body.write("access_token", credential.token.secret)
        body.write("expires_in", expiresIn)
        return Response(json: body, epoch: credential.epoch)
    }
}
