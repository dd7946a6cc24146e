extension SimulatedWeChat {
    /// The endpoints of WeChat that are played.
    ///
    /// The raw value is its name in control and in the log.
    public enum Endpoint: String, CaseIterable, Sendable, Codable {
        /// `GET /cgi-bin/token`
        case token
        /// `POST /cgi-bin/stable_token`
        case stableToken = "stable_token"
        /// `GET /cgi-bin/get_api_domain_ip`
        case domainIP = "get_api_domain_ip"
        /// `GET /cgi-bin/ticket/getticket`: the tickets of official accounts.
        case ticket = "getticket"
        /// `GET /cgi-bin/gettoken` of WeCom.
        case weComToken = "gettoken"
        /// `GET /cgi-bin/get_jsapi_ticket` of WeCom: a corporation's ticket.
        case corporationTicket = "get_jsapi_ticket"
        /// `GET /cgi-bin/ticket/get` of WeCom: an app's ticket.
        case agentTicket = "ticket_get"

        /// Whether it is a token that is asked for.
        public var bringsToken: Bool {
            switch self {
            case .token, .stableToken, .weComToken: true
            case .domainIP, .ticket, .corporationTicket, .agentTicket: false
            }
        }
    }

    /// What a caller asks.
    public enum Request: Equatable, Sendable {
        /// Issues a token on the classic line.
        case token(Credentials)
        /// Gives the token of the stable line, or forces a new one.
        case stableToken(Credentials, forceRefresh: Bool)
        /// The addresses of WeChat: the cheap question whether a token is alive.
        case domainIP(accessToken: String?)
        /// Gives an official account's ticket of this type.
        case ticket(accessToken: String?, type: String?)
        /// Gives the token of an app of WeCom.
        case weComToken(WeComCredentials)
        /// Gives a WeCom corporation's ticket.
        case corporationTicket(accessToken: String?)
        /// Gives the ticket of this type of an app of WeCom.
        case agentTicket(accessToken: String?, type: String?)
        /// Something whose form WeChat refuses before it reads further.
        case malformed(Endpoint, WeChatError)

        /// Where it was sent.
        public var endpoint: Endpoint {
            switch self {
            case .token: .token
            case .stableToken: .stableToken
            case .domainIP: .domainIP
            case .ticket: .ticket
            case .weComToken: .weComToken
            case .corporationTicket: .corporationTicket
            case .agentTicket: .agentTicket
            case .malformed(let endpoint, _): endpoint
            }
        }

        var isForced: Bool {
            if case .stableToken(_, forceRefresh: true) = self { true } else { false }
        }

        /// The token that it carries.
        var accessToken: String? {
            switch self {
            case .domainIP(let token), .ticket(let token, _), .corporationTicket(let token), .agentTicket(let token, _):
                token
            case .token, .stableToken, .weComToken, .malformed: nil
            }
        }

        /// The kind of ticket it asks for; nil also for a type that its endpoint does not have.
        var ticketKind: TicketKind? {
            switch self {
            case .ticket(_, let type): [TicketKind.jsapi, .wxCard].first { $0.rawValue == type }
            case .corporationTicket: .jsapi
            case .agentTicket(_, let type): type == TicketKind.agentConfig.rawValue ? .agentConfig : nil
            case .token, .stableToken, .domainIP, .weComToken, .malformed: nil
            }
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

    /// What a fetch from WeCom carries; nil means the field is missing.
    public struct WeComCredentials: Equatable, Sendable {
        /// The corpid.
        public var corporation: String?
        /// The corpsecret, which tells the apps of a corporation apart.
        public var secret: String?

        /// A fetch with these fields.
        public init(corporation: String?, secret: String?) {
            self.corporation = corporation
            self.secret = secret
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

extension SimulatedWeChat.Endpoint {
    /// The body of a reply that gives what is asked for here.
    func success(_ value: String, expiresIn: String?) -> String {
        switch self {
        case .token, .stableToken, .domainIP:
            JSONText.success("access_token", value, expiresIn: expiresIn, saysOK: false)
        case .weComToken:
            JSONText.success("access_token", value, expiresIn: expiresIn, saysOK: true)
        case .ticket, .corporationTicket, .agentTicket:
            JSONText.success("ticket", value, expiresIn: expiresIn, saysOK: true)
        }
    }
}
