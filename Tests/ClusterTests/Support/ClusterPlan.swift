import WeChatSimulator

/// What a test's cluster is made of.
struct ClusterPlan: Sendable {
    var nodes = 3
    /// `cluster.lease.ttl` and `wechat.timeout`.
    var ttl = "4s"
    var timeout = "2s"
    /// How long WeChat's tokens live, by default as long as the real ones: nothing is due while a test runs.
    var lifetime = Duration.seconds(7200)
    var overlap = Duration.seconds(300)
    var apps = [App("wx-classic", .classic), App("wx-stable", .stable)]
    var logLevel = "notice"

    /// The lease that the default configuration has.
    static var defaultLease: ClusterPlan { ClusterPlan(ttl: "6s", timeout: "3s") }

    /// L′ + p: the longest time from the death of a leader to the next.
    var takeoverBound: Duration { ttl == "4s" ? .milliseconds(4_500) : .milliseconds(6_900) }

    /// An app, at WeChat and in the configuration.
    struct App: Sendable {
        let id: String
        let line: SimulatedWeChat.Line
        var tokenLength = 136
        /// Whether the configuration has the secret that WeChat has.
        var hasTrueSecret = true
        let secret = Secret.new("appsecret")

        init(_ id: String, _ line: SimulatedWeChat.Line, tokenLength: Int = 136, hasTrueSecret: Bool = true) {
            self.id = id
            self.line = line
            self.tokenLength = tokenLength
            self.hasTrueSecret = hasTrueSecret
        }

        var endpoint: SimulatedWeChat.Endpoint { line == .classic ? .token : .stableToken }
    }
}

/// Texts that must never be seen.
enum Secret {
    static func new(_ purpose: String) -> String {
        let chance = [UInt64.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)]
        return "\(purpose)-" + chance.map { String($0, radix: 36) }.joined()
    }
}

/// The secrets of one cluster.
struct ClusterSecrets: Sendable {
    let cluster = Secret.new("cluster")
    /// The key of a business server: may read and refresh.
    let shop = Secret.new("shop")
    /// The key of an operator: may do everything.
    let operate = Secret.new("operator")

    var all: [String] { [cluster, shop, operate] }
}

extension ClusterPlan {
    /// The configuration of one node; every secret is in a file beside it.
    func configuration(
        node: String, port: Int, redis: Int, wechat: String, name: String = "drill"
    ) -> String {
        """
        cluster:
          name: \(name)
          redis: redis://127.0.0.1:\(redis)
          secret: { file: cluster.secret }
          lease: { ttl: \(ttl) }
        node:
          id: \(node)
          listen: 127.0.0.1:\(port)
          drain: 3s
        wechat:
          base-url: \(wechat)
          timeout: \(timeout)
          overlap: \(overlap.components.seconds)s
        apps:
        \(apps.map { "  - { appid: \($0.id), secret: { file: \($0.id).secret }, api: \($0.line.rawValue) }" }
            .joined(separator: "\n"))
        clients:
          - { id: shop, key: { file: shop.secret }, apps: all, can: [read, refresh] }
          - { id: operator, key: { file: operator.secret }, apps: all, can: [read, refresh, observe, operate] }

        """
    }
}
