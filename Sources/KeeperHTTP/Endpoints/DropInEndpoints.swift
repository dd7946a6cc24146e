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
    var token: DropIn { .reading(.anywhere, readToken, with: answer) }

    /// `POST /cgi-bin/stable_token`.
    var stableToken: DropIn { DropIn(.jsonBody, reads: readUnforced, answerStable) }

    /// `GET /cgi-bin/gettoken` of WeCom.
    var corporationToken: DropIn { .reading(.anywhere, readCorporationToken, with: answer) }

    /// `GET /cgi-bin/ticket/getticket`.
    var ticket: DropIn { .reading(.anywhere, readTicket, with: answer) }

    private func readToken(_ request: DropInRequest) throws(DropInFailure) -> CredentialRead {
        let fields = request.fields
        let named = Named(appid: fields["appid"], secret: fields["secret"], grantType: fields["grant_type"])
        return CredentialRead(try app(named, toRefresh: false), .weChatToken)
    }

    /// Which token is read; nil if another one is asked for by force.
    private func readUnforced(_ request: DropInRequest) throws(DropInFailure) -> CredentialRead? {
        guard try !request.fields.flag("force_refresh") else { return nil }
        return CredentialRead(try app(in: request.fields, toRefresh: false), .weChatToken)
    }

    /// `force_refresh` is a passive refresh of the token now current.
    private func answerStable(_ request: DropInRequest) async throws -> Response {
        if let read = try readUnforced(request) { return try answer(read) }
        let app = try app(in: request.fields, toRefresh: true)
        guard case .token(let served, _, _) = provider.read(app) else {
            return try answer(CredentialRead(app, .weChatToken))
        }
        // Callers on this path have no name; all of one app count as one.
        guard (try? limits.admit(app, from: "cgi-bin \(app)")) != nil else { throw DropInFailure.tooSoon }
        let deadline = ContinuousClock.now + TokenEndpoints.longestRefresh
        let refreshed = try await whileConnected(request.channel.callerDisconnect()) {
            await provider.refresh(
                app, because: .refused(served.credential.token), isForwarded: false, before: deadline)
        }
        return try answer(refreshed, of: app)
    }

    private func readCorporationToken(_ request: DropInRequest) throws(DropInFailure) -> CredentialRead {
        let fields = request.fields
        let entries = registry.entries
        let applications = entries.apps.applications(of: fields["corpid"] ?? "")
        guard !applications.isEmpty else { throw DropInFailure.unknownCorporation }
        guard let secret = fields["corpsecret"] else { throw DropInFailure.secretMissing }
        let meant = applications.filter { may(secret, for: $0, toRefresh: false, entries) }
        guard meant.count == 1, let app = meant.first else { throw DropInFailure.wrongCorporationSecret }
        return CredentialRead(app.id, .weComToken)
    }

    /// A caller that holds a token of ours may have its app's tickets.
    private func readTicket(_ request: DropInRequest) throws(DropInFailure) -> CredentialRead {
        let fields = request.fields
        guard let token = fields["access_token"] else { throw DropInFailure.tokenMissing }
        guard let app = provider.owner(of: Token(token)) else { throw DropInFailure.unknownToken }
        guard let type = fields["type"].flatMap({ TicketType(rawValue: $0) }) else {
            throw DropInFailure.wrongTicketType
        }
        return CredentialRead(type, of: app, .weChatTicket)
    }

    // MARK: Who asks

    /// What a caller says of itself and of the app.
    private struct Named {
        var appid: String?
        var secret: String?
        var grantType: String?
    }

    /// The app that a JSON body names, where each value is of its type.
    private func app(in fields: DropInFields, toRefresh: Bool) throws(DropInFailure) -> AppID {
        let named = Named(
            appid: try fields.text("appid"), secret: try fields.text("secret"),
            grantType: try fields.text("grant_type"))
        return try app(named, toRefresh: toRefresh)
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

    private func answer(_ read: CredentialRead) throws(DropInFailure) -> Response {
        let reading = provider.read(read.credential)
        if let answer = read.response(telling: reading) { return answer.response }
        let isTicket = read.form == .weChatTicket
        guard reading != .unknownApp else { throw isTicket ? .wrongTicketType : .unknownApp }
        throw .busy("there is no valid \(isTicket ? "ticket" : "token") of this app yet")
    }

    private func answer(_ refreshed: RefreshReading, of app: AppID) throws(DropInFailure) -> Response {
        switch refreshed {
        case .token(let token):
            guard let expiresIn = token.expiresIn else { throw .busy("there is no valid token of this app yet") }
            let read = CredentialRead(app, .weChatToken)
            let body = read.body(token.credential, expiresIn: expiresIn, isStale: token.isStale)
            return Response(json: body.closed(), epoch: token.credential.epoch)
        case .tooSoon: throw .tooSoon
        case .refused(let trouble, _): throw DropInFailure(trouble.errcode ?? -1, trouble.summary)
        case .unavailable(let reason, _): throw .busy(reason.sentence)
        case .notLeader: throw .busy(RefreshAnswer.Unavailability.noLeader.sentence)
        }
    }
}
