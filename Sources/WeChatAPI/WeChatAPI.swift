public import CurlClient
public import KeeperCore
public import KeeperPorts

/// WeChat's endpoints for tokens, each asked once per call.
///
/// Promises: an outcome `issued` holds a token WeChat has just named, `refused` and `notSent` mean that nothing was
/// rotated, and whatever is neither is `unknown`. A probe calls a token dead only for the three codes that say so.
/// No trouble it reports holds a secret or a token. It never retries; the core decides when to ask again.
public struct WeChatAPI: CredentialSource {
    private let client: CurlClient
    private let base: WeChatBaseURL
    private let secrets: [AppID: AppSecret]
    private let headers: [HTTPRequest.Header]

    /// The list of WeChat's addresses is longer than any token reply.
    private static let probeBodyLimit = 256 * 1024

    /// Speaks to the WeChat at `base`, for the apps whose secrets are given.
    /// - Parameter identity: this node's name, told to a simulator on loopback and to nobody else.
    public init(client: CurlClient, base: WeChatBaseURL, secrets: [AppID: AppSecret], identity: String? = nil) {
        self.client = client
        self.base = base
        self.secrets = secrets
        headers = base.url.isLoopback ? identity.map { [.init("X-Wxkeeper-Node", $0)] } ?? [] : []
    }

    /// Asks for a token. A call for an app without a secret is `notSent`.
    public func fetch(
        _ app: AppID,
        _ kind: CallKind,
        before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome {
        guard let secret = secrets[app] else {
            return .notSent(Trouble(summary: "no secret is configured for \(app)"))
        }
        var request = tokenRequest(app, secret, kind)
        request.mayBegin = mayBegin
        do throws(CurlError) {
            let reply = try await client.exchange(request, before: deadline)
            return TokenReply.outcome(status: reply.status, body: reply.body, hiding: [secret.text])
        } catch {
            switch error {
            case .notSent: return .notSent(Trouble(summary: "\(error)"))
            case .unknown: return .unknown(Trouble(summary: "\(error)"))
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
        let url = base.url.appending(path: "/cgi-bin/get_api_domain_ip", query: [("access_token", token.secret)])
        let request = HTTPRequest(url, headers: headers, bodyLimit: Self.probeBodyLimit, mayBegin: mayBegin)
        do throws(CurlError) {
            let reply = try await client.exchange(request, before: deadline)
            return ProbeReply.outcome(status: reply.status, body: reply.body, hiding: [token.secret])
        } catch {
            return .inconclusive(Trouble(summary: "\(error)"))
        }
    }

    private func tokenRequest(_ app: AppID, _ secret: AppSecret, _ kind: CallKind) -> HTTPRequest {
        switch kind {
        case .classic:
            let query = [("grant_type", "client_credential"), ("appid", app.rawValue), ("secret", secret.text)]
            return HTTPRequest(base.url.appending(path: "/cgi-bin/token", query: query), headers: headers)
        case .stable, .stableForced:
            return HTTPRequest(
                base.url.appending(path: "/cgi-bin/stable_token"),
                method: .post,
                headers: headers + [.init("Content-Type", "application/json")],
                body: StableTokenRequest(app: app, secret: secret, isForced: kind == .stableForced).body
            )
        }
    }
}
