internal import CurlClient
internal import KeeperConfiguration
internal import KeeperCore
internal import KeeperHTTP
internal import KeeperPorts
internal import RedisClient
internal import WeChatAPI

/// The configuration in the words of the rooms that need it.
extension Configuration {
    var redisEndpoint: RedisEndpoint {
        let redis = cluster.redis
        return RedisEndpoint(
            host: redis.address.host, port: redis.address.port, user: redis.user,
            password: redis.password.map { RedisPassword($0.reveal()) }, database: redis.database)
    }

    var accounts: [AppID: WeChatAccount] {
        Dictionary(apps.map { ($0.id, $0.account) }, uniquingKeysWith: { first, _ in first })
    }

    /// WeChat, as it is reached by `client`.
    /// - Parameter identity: who calls, for WeChat's own log.
    func source(_ client: CurlClient, as identity: String) throws -> WeChatAPI {
        WeChatAPI(
            client: client, base: try WeChatBaseURL(wechat.baseURL),
            fallbacks: try wechat.fallbackURLs.map { try WeChatBaseURL($0) },
            wecom: try WeChatBaseURL(wechat.wecomURL), accounts: accounts, identity: identity)
    }

    var clusterSecret: ClusterSecret {
        ClusterSecret(Array(cluster.secret.reveal().utf8), cluster: cluster.name)
    }

    /// Where alarms are told; nil if nowhere.
    func webhook(_ client: CurlClient) throws -> Webhook? {
        try alarms.map { alarms in
            Webhook(
                try RequestURL(alarms.webhook.reveal()), format: alarms.format, cluster: cluster.name, node: node.id,
                client: client)
        }
    }

    var nodeSettings: NodeSettings {
        NodeSettings(
            timing: cluster.timing, apps: apps.flatMap(\.credentials),
            overlap: wechat.overlap, watchPeriod: wechat.watch)
    }

    var knownApps: KnownApps {
        KnownApps(
            apps.map { app in
                KnownApp(
                    id: app.id, corporation: app.corporation,
                    secret: app.takesSecretAsKey ? KeyDigest(of: app.secret.reveal()) : nil, jsDomains: app.jsDomains)
            })
    }

    var clientDirectory: ClientDirectory {
        get throws(ClientDirectory.Conflict) {
            try ClientDirectory(clients.map(\.asKnownToHTTP), apps: apps.map(\.id))
        }
    }
}

extension Configuration.App {
    fileprivate var account: WeChatAccount {
        let secret = AppSecret(secret.reveal())
        return corporation.map { .wecom(corporation: $0, secret) } ?? .app(secret)
    }

    /// The token and the tickets.
    fileprivate var credentials: [AppSettings] {
        let line: CredentialLine =
            switch api {
            case _ where corporation != nil: .wecom
            case .classic: .classic
            case .stable: .stable
            }
        return [AppSettings(id: id, line: line)] + tickets.map { AppSettings(ticket: $0, of: id) }
    }
}

extension Configuration.Client {
    fileprivate var asKnownToHTTP: KeeperHTTP.Client {
        let grant: KeeperHTTP.Client.Apps =
            switch apps {
            case .all: .all
            case .only(let list): .only(Set(list))
            }
        return KeeperHTTP.Client(
            id: id, key: key, apps: grant, scopes: scopes)
    }
}
