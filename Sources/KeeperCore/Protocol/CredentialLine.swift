/// Where a credential comes from, and so how it is looked after.
public enum CredentialLine: Hashable, Sendable {
    /// `GET /cgi-bin/token`: every call rotates.
    case classic
    /// `POST /cgi-bin/stable_token`: a call returns the same token until five minutes before its end.
    case stable
    /// WeCom's `GET /cgi-bin/gettoken`: a call within a token's life may return the same one.
    case wecom
    /// A ticket of an app, fetched with that app's token: a call returns the same ticket until WeChat replaces it, and
    /// says 7200 s whenever it is asked.
    case ticket(TicketType)

    /// Whether it is a ticket, which its app's token brings, and not a token.
    public var isTicket: Bool { if case .ticket = self { true } else { false } }
}

extension CredentialLine {
    /// `classic`, `stable`, `wecom`, or `ticket`.
    public var name: String {
        switch self {
        case .classic: "classic"
        case .stable: "stable"
        case .wecom: "wecom"
        case .ticket: "ticket"
        }
    }
}
