public import CurlClient
public import KeeperCore
public import KeeperPorts

/// WeChat's endpoints for tokens and tickets, WeCom's among them, each asked once per call.
///
/// Promises: an outcome `issued` holds a token or ticket WeChat has just named, `refused` and `notSent` mean that
/// nothing was rotated, and whatever is neither is `unknown`. A probe calls a token dead only for the three codes that
/// say so.
/// No trouble it reports holds a secret or a token. It never sends a request twice: only where no connection came about
/// is the next of WeChat's domains tried, within the same deadline. When to ask again is the core's to decide.
public struct WeChatAPI: CredentialSource {
    private let client: CurlClient
    private let domains: Domains
    private let wecom: Domains
    private let accounts: Accounts
    private let identity: String?

    /// The list of WeChat's addresses is longer than any token reply.
    private static let probeBodyLimit = 256 * 1024

    /// Speaks to the WeChat at `base`, for the apps whose accounts are given.
    /// - Parameters:
    ///   - fallbacks: other domains of the same WeChat, tried in this order where `base` cannot be reached.
    ///   - wecom: where WeCom is; nil: at `base` too, as a simulator is.
    ///   - identity: this node's name, told to a simulator on loopback and to nobody else.
    public init(
        client: CurlClient, base: WeChatBaseURL, fallbacks: [WeChatBaseURL] = [], wecom: WeChatBaseURL? = nil,
        accounts: [AppID: WeChatAccount], identity: String? = nil
    ) {
        self.client = client
        domains = Domains([base] + fallbacks)
        self.wecom = wecom.map { Domains([$0]) } ?? domains
        self.accounts = Accounts(accounts)
        self.identity = identity
    }

    /// From now on speaks for these apps, with these accounts.
    ///
    /// Calls under way go on as they are.
    public func configure(_ accounts: [AppID: WeChatAccount]) { self.accounts.replace(with: accounts) }

    /// Asks for a token.
    ///
    /// A call for an app without an account is `notSent`.
    public func fetch(
        _ app: AppID,
        _ kind: CallKind,
        before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome {
        await call(for: app, before: deadline, mayBegin: mayBegin) { account, base in
            tokenRequest(app, account, kind, at: base)
        } judging: { account, reply in
            TokenReply.outcome(status: reply.status, body: reply.body, hiding: [account.secret.text])
        }
    }

    /// Asks for a ticket with the token of its app.
    ///
    /// A call for an app without an account is `notSent`.
    public func fetchTicket(
        _ type: TicketType,
        of app: AppID,
        with token: Token,
        before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome {
        await call(for: app, before: deadline, mayBegin: mayBegin) { account, base in
            ticketRequest(type, account, token, at: base)
        } judging: { _, reply in
            TicketReply.outcome(status: reply.status, body: reply.body, hiding: [token.secret])
        }
    }

    private func call(
        for app: AppID, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool, _ request: (WeChatAccount, WeChatBaseURL) -> HTTPRequest,
        judging outcome: (WeChatAccount, HTTPReply) -> CallOutcome
    ) async -> CallOutcome {
        guard let account = accounts[app] else {
            return .notSent(Trouble(summary: "no secret is configured for \(app)"))
        }
        do throws(CurlError) {
            let reply = try await exchange(with: account.isWeCom ? wecom : domains, before: deadline) { base in
                var request = request(account, base)
                request.mayBegin = mayBegin
                return request
            }
            return outcome(account, reply)
        } catch {
            switch error {
            case .notSent: return .notSent(Trouble(error))
            case .unknown: return .unknown(Trouble(error))
            }
        }
    }

    /// Asks for WeChat's own addresses with the token: read-only, and refused if the token is dead.
    public func probe(
        _ app: AppID,
        _ token: Token,
        before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> ProbeOutcome {
        do throws(CurlError) {
            let home = accounts[app]?.isWeCom == true ? wecom : domains
            let reply = try await exchange(with: home, before: deadline) { base in
                let url = base.url.appending(
                    path: "/cgi-bin/get_api_domain_ip", query: [("access_token", token.secret)])
                return HTTPRequest(
                    url, headers: headers(for: base), bodyLimit: Self.probeBodyLimit, mayBegin: mayBegin)
            }
            return ProbeReply.outcome(status: reply.status, body: reply.body, hiding: [token.secret])
        } catch {
            return .inconclusive(Trouble(error))
        }
    }

    /// Connects, and changes its mind when the connection stands.
    public func reach(before deadline: ContinuousClock.Instant) async -> Bool {
        do throws(CurlError) {
            _ = try await exchange(with: domains, before: deadline) { base in
                HTTPRequest(base.url, mayBegin: { false })
            }
            return true
        } catch {
            return error.reason.cause == .check
        }
    }

    /// Sends one request to the first domain to which a connection comes about.
    private func exchange(
        with domains: Domains, before deadline: ContinuousClock.Instant, _ request: (WeChatBaseURL) -> HTTPRequest
    ) async throws(CurlError) -> HTTPReply {
        var failure: CurlError?
        for index in domains.order where failure == nil || ContinuousClock.now < deadline {
            do throws(CurlError) {
                let reply = try await client.exchange(request(domains[index]), before: deadline)
                domains.prefer(index)
                return reply
            } catch {
                failure = error
                // Whatever may have left this machine must not leave it again.
                guard case .notSent(let reason) = error, reason.cause.isOfTheWay else {
                    domains.avoid(index, after: error)
                    throw error
                }
            }
        }
        guard let failure else { preconditionFailure("WeChat has no domain") }
        throw failure
    }

    private func headers(for base: WeChatBaseURL) -> [HTTPRequest.Header] {
        base.url.isLoopback ? identity.map { [.init("X-Wxkeeper-Node", $0)] } ?? [] : []
    }

    private func tokenRequest(
        _ app: AppID, _ account: WeChatAccount, _ kind: CallKind, at base: WeChatBaseURL
    ) -> HTTPRequest {
        switch account {
        case .wecom(let corporation, let secret):
            return get("/cgi-bin/gettoken", [("corpid", corporation), ("corpsecret", secret.text)], at: base)
        case .app(let secret) where kind == .classic:
            let query = [("grant_type", "client_credential"), ("appid", app.rawValue), ("secret", secret.text)]
            return get("/cgi-bin/token", query, at: base)
        case .app(let secret):
            return HTTPRequest(
                base.url.appending(path: "/cgi-bin/stable_token"),
                method: .post,
                headers: headers(for: base) + [.init("Content-Type", "application/json")],
                body: StableTokenRequest(app: app, secret: secret, isForced: kind == .stableForced).body
            )
        }
    }

    /// WeCom has a path for each of its two tickets, the others share one.
    private func ticketRequest(
        _ type: TicketType, _ account: WeChatAccount, _ token: Token, at base: WeChatBaseURL
    ) -> HTTPRequest {
        let token = ("access_token", token.secret)
        return switch (account, type) {
        case (.wecom, .jsapi): get("/cgi-bin/get_jsapi_ticket", [token], at: base)
        case (.wecom, _): get("/cgi-bin/ticket/get", [token, ("type", type.rawValue)], at: base)
        case (.app, _): get("/cgi-bin/ticket/getticket", [token, ("type", type.rawValue)], at: base)
        }
    }

    private func get(_ path: String, _ query: [(String, String)], at base: WeChatBaseURL) -> HTTPRequest {
        HTTPRequest(base.url.appending(path: path, query: query), headers: headers(for: base))
    }
}
