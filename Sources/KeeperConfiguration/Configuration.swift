package import KeeperCore
package import KeeperHTTP
package import KeeperPorts

/// All that an operator decides about one node: the cluster it belongs to, itself, WeChat, the apps and the clients.
///
/// A value of this type has passed every check of `ConfigurationReader`. It holds secrets in the clear, wrapped in
/// `Secret` so that none is printed by accident; of client keys it holds digests only.
package struct Configuration: Sendable, Equatable {
    package var cluster: Cluster
    package var node: Node
    package var wechat: WeChat
    package var apps: [App]
    package var clients: [Client]
    /// Where alarms are told; nil: nowhere but in the log, `/health`, `/status` and the metrics.
    package var alarms: Alarms?

    /// The keys of every app that has mirrors.
    package var mirrorKeys: [AppID: [MirrorKey]] {
        let mirrored = apps.filter { !$0.mirrors.isEmpty }.map { ($0.id, $0.mirrors) }
        return Dictionary(mirrored, uniquingKeysWith: { first, _ in first })
    }
}

extension Configuration {
    /// What all nodes of one cluster share.
    package struct Cluster: Sendable, Equatable {
        /// Stands in braces in every Redis key, `wxkeeper:{name}:…`.
        package var name: String
        package var redis: RedisLocation
        /// Authenticates node to node and keys the fingerprints of tokens.
        package var secret: Secret
        /// The lease and every time that follows from it and from `wechat.timeout`.
        package var timing: LeaseTiming
    }

    /// What is this node's own.
    package struct Node: Sendable, Equatable {
        /// The stable name; two living nodes of one name are refused at start.
        package var id: NodeName
        package var listen: HostPort
        /// How long HTTP goes on after the node was asked to leave.
        package var drain: Duration
        /// The URL at which the other nodes reach this one, without a slash at its end.
        package var advertise: String
    }

    /// How WeChat is reached, and what is assumed about it.
    package struct WeChat: Sendable, Equatable {
        /// Without a slash at its end.
        package var baseURL: String
        /// Other domains of the same WeChat, tried in this order where `baseURL` cannot be reached.
        package var fallbackURLs: [String]
        /// Where WeCom is; without a slash at its end.
        package var wecomURL: String
        /// The whole of one call, from name lookup to the last byte.
        package var timeout: Duration
        /// How long WeChat keeps the previous classic token alive after it issued a new one.
        package var overlap: Duration
        /// How often the leader asks whether the current classic token still lives; zero is never.
        package var watch: Duration
    }

    /// Where people are told what is wrong.
    package struct Alarms: Sendable, Equatable {
        /// The whole URL, since robots know their callers by it.
        package var webhook: Secret
        package var format: Format

        package typealias Format = Webhook.Format
    }

    /// One WeChat account whose token is kept.
    package struct App: Sendable, Equatable {
        package var id: AppID
        /// For people: logs and the status page.
        package var name: String
        package var secret: Secret
        package var api: API
        /// The corporation whose application it is; nil unless it is one of WeCom.
        package var corporation: String?
        /// The tickets kept besides the token, each once.
        package var tickets: [TicketType] = []
        /// Whether the AppSecret opens the drop-in paths, besides the clients' keys.
        package var takesSecretAsKey = false
        /// The keys in Redis under which the token stands besides; no other app has one of them.
        package var mirrors: [MirrorKey] = []
        /// The hosts whose pages `/jssdk/config` signs; empty: any.
        package var jsDomains: [String] = []
    }

    /// What an app is at WeChat.
    package enum Kind: String, Sendable, CaseIterable {
        case officialAccount = "official-account"
        case miniProgram = "mini-program"
        case wecom
    }

    /// What opens the drop-in paths for an app besides the clients' keys.
    package enum DropIn: String, Sendable, CaseIterable {
        case appsecret
    }

    /// The endpoint of WeChat that issues an app's token.
    package enum API: String, Sendable, CaseIterable {
        case stable, classic
    }

    /// One business server that may ask, known by the digest of its key.
    package struct Client: Sendable, Equatable {
        package var id: String
        package var key: KeyDigest
        package var apps: AppGrant
        package var scopes: Set<Scope>
    }

    /// The apps a client may ask for.
    package enum AppGrant: Sendable, Equatable {
        case all
        case only([AppID])
    }

    /// What a client may do.
    package typealias Scope = KeeperHTTP.Client.Scope
}

/// What each key is when it is left out.
extension Configuration {
    static let defaultClusterName = "default"
    static let defaultLease = Duration.seconds(6)
    static let defaultListen = HostPort(host: "127.0.0.1", port: 2130)
    static let defaultDrain = Duration.seconds(6)
    /// Most `wechat.fallback-urls`; WeChat has four domains besides the usual one.
    static let mostFallbacks = 4
    static let defaultBaseURL = "https://api.weixin.qq.com"
    static let defaultWeComURL = "https://qyapi.weixin.qq.com"
    static let defaultTimeout = Duration.seconds(3)
    static let defaultOverlap = Duration.seconds(300)
    static let defaultWatch = Duration.seconds(30)
    static let defaultScopes: Set<Scope> = [.read, .refresh]
}

/// How much of anything a configuration may hold.
package enum ConfigurationLimit {
    static let fileBytes = 16 << 20
    package static let secretFileBytes = 4096
    static let secretCharacters = 512
    static let nameCharacters = 64
    static let urlCharacters = 1024
    static let apps = 20_000
    static let clients = 10_000
    static let jsDomains = 100
    static let mirrors = 16
    static let mirrorKeyBytes = 256
    static let nestingDepth = 12
    /// A shorter secret is accepted with a warning.
    static let adviseSecretCharacters = 16
}
