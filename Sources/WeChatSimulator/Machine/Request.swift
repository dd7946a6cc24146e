extension SimulatedWeChat {
    /// The endpoints of WeChat that are played.
    public enum Endpoint: String, CaseIterable, Sendable, Codable {
        /// `GET /cgi-bin/token`
        case token
        /// `POST /cgi-bin/stable_token`
        case stableToken = "stable_token"
        /// `GET /cgi-bin/get_api_domain_ip`
        case domainIP = "get_api_domain_ip"
    }

    /// What a caller asks.
    public enum Request: Equatable, Sendable {
        /// Issues a token on the classic line.
        case token(Credentials)
        /// Gives the token of the stable line, or forces a new one.
        case stableToken(Credentials, forceRefresh: Bool)
        /// The addresses of WeChat: the cheap question whether a token is alive.
        case domainIP(accessToken: String?)
        /// Something whose form WeChat refuses before it reads further.
        case malformed(Endpoint, WeChatError)

        /// Where it was sent.
        public var endpoint: Endpoint {
            switch self {
            case .token: .token
            case .stableToken: .stableToken
            case .domainIP: .domainIP
            case .malformed(let endpoint, _): endpoint
            }
        }

        var isForced: Bool {
            if case .stableToken(_, forceRefresh: true) = self { true } else { false }
        }
    }

    /// What a fetch carries; nil means the field is missing.
    public struct Credentials: Equatable, Sendable {
        /// The appid.
        public var appID: String?
        /// The AppSecret.
        public var secret: String?
        /// `client_credential`, if the caller is right.
        public var grantType: String?

        /// A fetch with these fields.
        public init(appID: String?, secret: String?, grantType: String? = "client_credential") {
            self.appID = appID
            self.secret = secret
            self.grantType = grantType
        }
    }

    /// Who asks.
    ///
    /// Nothing else of a request is written to the log.
    public struct Caller: Equatable, Sendable {
        /// The remote address, without the port.
        public var address: String
        /// The header `X-Wxkeeper-Node`.
        public var node: String?
        /// The header `X-Wxkeeper-Epoch`.
        public var epoch: String?
        /// The query parameter `debug`.
        public var debug: String?

        /// A caller at this address; each mark is cut to 64 characters.
        public init(address: String, node: String? = nil, epoch: String? = nil, debug: String? = nil) {
            self.address = address
            self.node = node.map { String($0.prefix(64)) }
            self.epoch = epoch.map { String($0.prefix(64)) }
            self.debug = debug.map { String($0.prefix(64)) }
        }
    }

    /// The answer, before the shell or a fault does anything to it.
    public struct Reply: Equatable, Sendable {
        /// The JSON body.
        public let body: String
    }
}
