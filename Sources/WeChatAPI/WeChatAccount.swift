internal import KeeperCore
internal import Synchronization

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

/// The accounts by appid, replaced as a whole when the configuration is read again.
final class Accounts: Sendable {
    private let current: Mutex<[AppID: WeChatAccount]>

    init(_ accounts: [AppID: WeChatAccount]) { current = Mutex(accounts) }

    subscript(app: AppID) -> WeChatAccount? { current.withLock { $0[app] } }

    func replace(with accounts: [AppID: WeChatAccount]) { current.withLock { $0 = accounts } }
}
