internal import ClusterObservation
package import WeChatSimulator

/// The configuration file of one node of a cluster on this machine; every secret stands in a file.
package struct NodeConfiguration: Sendable {
    /// `cluster.name` and the file of `cluster.secret`.
    package var cluster: (name: String, secretFile: String)
    /// `node.id`, and the port on which it listens.
    package var node: (name: String, port: Int)
    /// The addresses of the node and of Redis.
    package var host = Place.loopback
    package var redisHost = Place.loopback
    /// The port of `node.advertise`, at which the others reach it; nil: the one on which it listens.
    package var peersPort: Int?
    package var redisPort: Int
    /// With it the nodes select `RedisProcess.database`.
    package var redisPassword: String?
    package var wechat: String
    /// `cluster.lease.ttl` and `wechat.timeout`, as they are written in the file.
    package var ttl = "4s"
    package var timeout = "2s"
    package var overlap: Duration
    package var apps: [App]
    package var clients: [Client]
    /// `alarms.webhook`; nil: the file has no such section.
    package var webhook: String?

    /// An entry of `apps`.
    package struct App: Sendable {
        let id: String
        let line: SimulatedWeChat.Line
        let secretFile: String
        let publish: [String]
        let tickets: [String]
        let corporation: String?

        /// - Parameters:
        ///   - publish: what stands in the list of that name, such as `seed`.
        ///   - tickets: what stands in that list, such as `jsapi`.
        ///   - corporation: whose application it is, on the line of WeCom.
        package init(
            id: String, line: SimulatedWeChat.Line, secretFile: String, publish: [String] = [],
            tickets: [String] = [], corporation: String? = nil
        ) {
            self.id = id
            self.line = line
            self.secretFile = secretFile
            self.publish = publish
            self.tickets = tickets
            self.corporation = corporation
        }

        /// One line of the file.
        fileprivate var text: String {
            let kind = corporation.map { "kind: wecom, corpid: \($0)" } ?? "api: \(line.rawValue)"
            let publish = publish.joined(separator: ", ")
            let tickets = tickets.joined(separator: ", ")
            return "  - { appid: \(id), \(kind), publish: [\(publish)], tickets: [\(tickets)], "
                + "secret: { file: \(secretFile) } }"
        }
    }

    /// An entry of `clients`, which may ask for all apps.
    package struct Client: Sendable {
        let id: String
        let keyFile: String
        /// What it may do, such as `read`.
        let scopes: [String]

        package init(id: String, keyFile: String, scopes: [String]) {
            self.id = id
            self.keyFile = keyFile
            self.scopes = scopes
        }
    }

    package init(
        cluster: (name: String, secretFile: String), node: (name: String, port: Int), redisPort: Int, wechat: String,
        overlap: Duration, apps: [App], clients: [Client]
    ) {
        self.cluster = cluster
        self.node = node
        self.redisPort = redisPort
        self.wechat = wechat
        self.overlap = overlap
        self.apps = apps
        self.clients = clients
    }

    private var redis: String {
        let place = "\(redisHost):\(redisPort)"
        return redisPassword.map { "redis://:\($0)@\(place)/\(RedisProcess.database)" } ?? "redis://\(place)"
    }

    /// The file.
    package var text: String {
        """
        cluster:
          name: \(cluster.name)
          redis: \(redis)
          secret: { file: \(cluster.secretFile) }
          lease: { ttl: \(ttl) }
        node:
          id: \(node.name)
          listen: \(host):\(node.port)
          advertise: http://\(host):\(peersPort ?? node.port)
          drain: 3s
        wechat:
          base-url: \(wechat)
          timeout: \(timeout)
          overlap: \(overlap.wholeMilliseconds)ms
        apps:
        \(apps.map(\.text).joined(separator: "\n"))
        clients:
        \(clients.map { client in
            let scopes = client.scopes.joined(separator: ", ")
            return "  - { id: \(client.id), key: { file: \(client.keyFile) }, apps: all, can: [\(scopes)] }"
        }.joined(separator: "\n"))
        \(webhook.map { "alarms: { webhook: { value: \"\($0)\" } }" } ?? "")

        """
    }
}
