/// With what a token is asked for.
public enum WeChatAccount: Sendable {
    /// An official account or a Mini Program, with its AppSecret.
    case app(AppSecret)
    /// An application of a corporation in WeCom: the corporation's id and the application's secret.
    case wecom(corporation: String, AppSecret)

    /// The secret, which must not be seen.
    var secret: AppSecret {
        switch self {
        case .app(let secret), .wecom(_, let secret): secret
        }
    }

    /// Whether it lives at WeCom, whose host is another.
    var isWeCom: Bool { if case .wecom = self { true } else { false } }
}
