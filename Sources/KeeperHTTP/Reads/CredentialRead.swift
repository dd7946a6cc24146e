internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts
internal import NIOCore

/// What a request reads, once it is understood and allowed: which credential, told in which words.
///
/// The same answer belongs to the same read until the credential, or what is left of its life, is another.
struct CredentialRead: Hashable, Sendable {
    /// The words of an answer.
    enum Form: Hashable, Sendable {
        /// Ours: `GET /token`.
        case token
        /// Ours: `GET /ticket`.
        case ticket
        /// WeChat's: `/cgi-bin/token`, `/cgi-bin/stable_token`.
        case weChatToken
        /// WeCom's: `/cgi-bin/gettoken`.
        case weComToken
        /// WeChat's: `/cgi-bin/ticket/getticket`.
        case weChatTicket
    }

    /// The app that is asked about.
    var app: AppID
    /// What is read: the token of the app, or one of its tickets.
    var credential: AppID
    /// How it is told.
    var form: Form

    /// Reads the token of `app`.
    init(_ app: AppID, _ form: Form) { self.init(app, app, form) }

    /// Reads a ticket of `app`.
    init(_ type: TicketType, of app: AppID, _ form: Form) { self.init(app, app.ticket(type), form) }

    /// Whether it is allowed by a key of the configuration alone.
    ///
    /// The same bytes mean the same read then, until the configuration is another. WeChat's tickets are asked for with
    /// a token, which dies.
    var isAllowedByKey: Bool { form != .weChatTicket }

    private init(_ app: AppID, _ credential: AppID, _ form: Form) {
        self.app = app
        self.credential = credential
        self.form = form
    }

    /// The answer where there is a credential, and its body; nil where there is none.
    func response(telling reading: TokenReading) -> (response: Response, body: ByteBuffer)? {
        guard case .token(let served, let expiresIn, let isStale) = reading else { return nil }
        let body = body(served.credential, expiresIn: expiresIn, isStale: isStale).closed()
        return (Response(json: body, epoch: served.credential.epoch), body)
    }

    /// The body, not closed yet: another answer may go on with it.
    func body(_ credential: Credential, expiresIn: Int64, isStale: Bool) -> JSONBytes {
        let secret = credential.token.secret
        var body = JSONBytes(capacity: 128 + app.rawValue.utf8.count + secret.utf8.count)
        switch form {
        case .token, .ticket: body.write("appid", app.rawValue)
        case .weChatToken: break
        case .weComToken, .weChatTicket:
            body.write("errcode", 0)
            body.write("errmsg", "ok")
        }
        switch form {
        case .token, .weChatToken, .weComToken: body.write("access_token", secret)
        case .ticket, .weChatTicket: body.write("ticket", secret)
        }
        body.write("expires_in", expiresIn)
        // WeChat's own words know no such thing.
        if isStale, form == .token || form == .ticket { body.write("stale", true) }
        return body
    }
}

extension Response {
    /// An answer about a credential of the term `epoch`.
    init(json body: ByteBuffer, epoch: Epoch) {
        self.init(json: body)
        headers[.keeperEpoch] = String(epoch.rawValue)
    }
}
