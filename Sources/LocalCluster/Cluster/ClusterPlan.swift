package import WeChatSimulator

/// What a cluster is made of.
package struct ClusterPlan: Sendable {
    package var nodes = 3
    /// `cluster.lease.ttl` and `wechat.timeout`.
    package var ttl = "4s"
    package var timeout = "2s"
    /// How long WeChat's tokens live, by default as long as the real ones: nothing is due while a cluster is tried.
    package var lifetime = Duration.seconds(7200)
    package var overlap = Duration.seconds(300)
    package var apps = [App("wx-classic", .classic), App("wx-stable", .stable)]
    package var logLevel = "notice"
    /// Whether every node reaches Redis and WeChat, and is reached by the others, through relays of its own.
    package var isRelayed = false
    /// Whether every node is watched by a parent process: `serve --supervise`.
    package var isSupervised = false
    /// Whether Redis still knows everything when it is started again after a kill.
    package var redisRemembers = false
    /// What Redis wants to be told before it answers, together with another database than the first; nil: nothing.
    package var redisPassword: String?
    /// How long a way to Redis and back takes from the start on; needs relays.
    package var redisDistance = Duration.zero
    /// What stands in the environment of Redis, and of nodes by their name, such as a library to be loaded first.
    package var redisEnvironment: [String: String] = [:]
    package var nodeEnvironments: [String: [String: String]] = [:]
    /// `alarms.webhook`; nil: alarms are posted nowhere.
    package var webhook: String?
    package var balancer = Balancer.haproxy
    /// Where nodes, by their name, and Redis run, if not beside everybody else.
    ///
    /// Of the load balancers HAProxy alone finds them there, and relays do not.
    package var places: [String: Place] = [:]
    package var redisPlace: Place?

    package init(
        lifetime: Duration = .seconds(7200), overlap: Duration = .seconds(300),
        apps: [App] = [App("wx-classic", .classic), App("wx-stable", .stable)]
    ) {
        self.lifetime = lifetime
        self.overlap = overlap
        self.apps = apps
    }

    /// The lease that the default configuration has.
    package static var defaultLease: ClusterPlan {
        var plan = ClusterPlan()
        plan.ttl = "6s"
        plan.timeout = "3s"
        return plan
    }

    /// L′ + p: the longest time from the death of a leader to the next, unless it was supervised.
    package var takeoverBound: Duration { ttl == "4s" ? .milliseconds(4_500) : .milliseconds(6_900) }

    /// 3·C + 1 s: the longest time until a leader that cannot reach WeChat gives way to a node that can.
    package var reachabilityBound: Duration { ttl == "4s" ? .seconds(7) : .seconds(10) }

    /// The names of the nodes.
    package var names: [String] {
        (0..<nodes).map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }
    }

    /// The apps whose token a caller can have.
    package var servedApps: [App] { apps.filter { $0.hasTrueSecret && $0.isRead } }

    /// What stands in front of the nodes.
    package enum Balancer: String, Sendable {
        case haproxy, nginx
    }

    /// An app, at WeChat and in the configuration.
    package struct App: Sendable {
        package let id: String
        package let line: SimulatedWeChat.Line
        package var tokenLength = 136
        /// Whether the configuration has the secret that WeChat has.
        package var hasTrueSecret = true
        /// Whether the load reads its token.
        package var isRead = true
        /// `publish`: where else in Redis its token stands.
        package var publish: [String] = []
        /// The tickets kept besides its token, as the configuration names them.
        package var tickets: [String] = []
        /// The corporation whose application it is, on the line of WeCom.
        package var corporation: String? { line == .weCom ? "ww-corporation" : nil }
        package let secret = FreshSecret.draw("appsecret")

        package init(
            _ id: String, _ line: SimulatedWeChat.Line, tokenLength: Int = 136, hasTrueSecret: Bool = true,
            isRead: Bool = true, tickets: [String] = []
        ) {
            self.id = id
            self.line = line
            self.tokenLength = tokenLength
            self.hasTrueSecret = hasTrueSecret
            self.isRead = isRead
            self.tickets = tickets
        }

        /// As WeChat knows it.
        package var simulated: SimulatedApp {
            get throws {
                try SimulatedApp(
                    appID: id, secret: hasTrueSecret ? secret : FreshSecret.draw("other"), corporation: corporation,
                    tokenLength: tokenLength)
            }
        }

        package var endpoint: SimulatedWeChat.Endpoint {
            switch line {
            case .classic: .token
            case .stable: .stableToken
            case .weCom: .weComToken
            }
        }
    }
}

/// Texts that must never be seen.
package enum FreshSecret {
    package static func draw(_ purpose: String) -> String {
        let chance = [UInt64.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)]
        return "\(purpose)-" + chance.map { String($0, radix: 36) }.joined()
    }
}

/// The secrets of one cluster.
package struct ClusterSecrets: Sendable {
    package let cluster = FreshSecret.draw("cluster")
    /// The key of a business server: may read and refresh.
    package let shop = FreshSecret.draw("shop")
    /// The key of an operator: may do everything.
    package let operate = FreshSecret.draw("operator")

    package var all: [String] { [cluster, shop, operate] }
}

extension ClusterPlan {
    /// The configuration of one node; every secret is in a file beside it.
    ///
    /// - Parameter peers: The port at which the others reach the node, if that is not its own.
    package func configuration(node: String, port: Int, peers: Int? = nil, redis: Int, wechat: String) -> String {
        var configuration = NodeConfiguration(
            cluster: (name: Self.clusterName, secretFile: "cluster.secret"), node: (name: node, port: port),
            redisPort: redis, wechat: wechat, overlap: overlap,
            apps: apps.map { app in
                .init(
                    id: app.id, line: app.line, secretFile: "\(app.id).secret", publish: app.publish,
                    tickets: app.tickets, corporation: app.corporation)
            },
            clients: [
                .init(id: "shop", keyFile: "shop.secret", scopes: ["read", "refresh"]),
                .init(id: "operator", keyFile: "operator.secret", scopes: ["read", "refresh", "observe", "operate"]),
            ])
        configuration.ttl = ttl
        configuration.timeout = timeout
        configuration.webhook = webhook
        configuration.peersPort = peers
        configuration.host = places[node]?.host ?? Place.loopback
        configuration.redisPassword = redisPassword
        configuration.redisHost = redisPlace?.host ?? Place.loopback
        return configuration.text
    }

    /// Stands in every key of Redis.
    package static let clusterName = "drill"
}
