internal import KeeperCore
internal import KeeperHTTP
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

    var appSecrets: [AppID: AppSecret] {
        Dictionary(apps.map { ($0.id, AppSecret($0.secret.reveal())) }, uniquingKeysWith: { first, _ in first })
    }

    var nodeSettings: NodeSettings {
        NodeSettings(
            timing: cluster.timing, apps: apps.map { AppSettings(id: $0.id, line: $0.api.line) },
            overlap: wechat.overlap, watchPeriod: wechat.watch)
    }

    var clientDirectory: ClientDirectory {
        get throws(ClientDirectory.Conflict) {
            try ClientDirectory(clients.map(\.asKnownToHTTP), apps: apps.map(\.id))
        }
    }
}

extension Configuration.API {
    var line: TokenLine {
        switch self {
        case .classic: .classic
        case .stable: .stable
        }
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
