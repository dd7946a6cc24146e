internal import ClusterObservation
internal import Logging
package import WeChatSimulator

/// Nodes as real processes, a Redis, a simulated WeChat, the load balancer we ship in front, and relays between them.
package struct Cluster: Sendable {
    package let plan: ClusterPlan
    package let secrets: ClusterSecrets
    package let wechat: WeChatSimulatorServer
    package let redis: RedisProcess
    package let nodes: [ClusterNode]
    /// Where the load balancer listens.
    package let front: Int
    package let folder: Folder
    package let children: Children

    package subscript(_ name: String?) -> ClusterNode? { nodes.first { $0.name == name } }

    /// Runs `body` with a cluster that `start` brings to life.
    ///
    /// Afterwards no process and no file of it is left.
    /// - Parameter program: The path of `wxkeeper`.
    package static func with<Value: Sendable>(
        _ plan: ClusterPlan, program: String, _ body: (Cluster) async throws -> Value
    ) async throws -> Value {
        let quiet = Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }
        let configuration = WeChatSimulatorServer.Configuration(
            apps: try plan.apps.map { try $0.simulated },
            timing: try .init(lifetime: plan.lifetime, overlap: plan.overlap))
        return try await Folder.with { folder in
            try await WeChatSimulatorServer.withSimulator(configuration, logger: quiet) { wechat in
                try await withChildren { children in
                    try await withRelays { relays in
                        try await body(Cluster(plan, wechat, children, relays, folder, program: program))
                    }
                }
            }
        }
    }

    private init(
        _ plan: ClusterPlan, _ wechat: WeChatSimulatorServer, _ children: Children, _ relays: Relays,
        _ folder: Folder, program: String
    ) async throws {
        self.plan = plan
        self.wechat = wechat
        self.children = children
        self.folder = folder
        secrets = ClusterSecrets()
        front = try await FreePorts.take()
        redis = RedisProcess(
            port: try await FreePorts.take(), plan: plan, folder: folder, children: children)
        try folder.write(secrets.cluster, to: "cluster.secret")
        try folder.write(secrets.shop, to: "shop.secret")
        try folder.write(secrets.operate, to: "operator.secret")
        let wechatPort = try await wechat.port
        var nodes: [ClusterNode] = []
        for name in plan.names {
            let port = try await FreePorts.take()
            var links: ClusterNode.Links?
            if plan.isRelayed {
                links = .init(
                    redis: try await relays.open(to: redis.port), wechat: try await relays.open(to: wechatPort),
                    peers: try await relays.open(to: port))
            }
            nodes.append(
                ClusterNode(
                    name: name, port: port, path: "\(folder.path)/\(name).yaml", links: links, plan: plan,
                    program: program, children: children))
        }
        self.nodes = nodes
        try write(plan.apps, wechatPort: wechatPort)
    }

    /// Writes every node's file anew, with these apps.
    ///
    /// A running node hears of it when it reads its file again.
    package func write(_ apps: [ClusterPlan.App]) async throws {
        try write(apps, wechatPort: try await wechat.port)
    }

    private func write(_ apps: [ClusterPlan.App], wechatPort: Int) throws {
        var plan = plan
        plan.apps = apps
        for app in apps { try folder.write(app.secret, to: "\(app.id).secret") }
        for node in nodes {
            let text = plan.configuration(
                node: node.name, port: node.port, peers: node.links?.peers.port,
                redis: node.links?.redis.port ?? redis.port,
                wechat: "http://127.0.0.1:\(node.links?.wechat.port ?? wechatPort)")
            try folder.write(text, to: "\(node.name).yaml")
        }
    }

    /// Starts everything and waits until it serves under a leader.
    package func start() async throws {
        try await redis.start()
        for node in nodes { node.links?.redis.delay(by: plan.redisDistance / 2) }
        for node in nodes { try await node.start() }
        try await startLoadBalancer()
        try await awaitHealth()
        _ = try await awaitLeader()
    }

    private func startLoadBalancer() async throws {
        let balancer = try await startBalancerProcess()
        try await eventually("the load balancer listens: \(balancer.output)", within: .seconds(20)) {
            (try? await ask(front, .get("/"))) != nil
        }
    }

    private func startBalancerProcess() async throws -> Child {
        let servers = nodes.map { ($0.name, $0.port) }
        switch plan.balancer {
        case .haproxy:
            let configuration = HAProxyConfiguration(port: front, nodes: servers, places: plan.places)
            let path = try folder.write(configuration.text, to: "haproxy.cfg")
            return try await children.start("haproxy", ["-db", "-f", path], name: "haproxy")
        case .nginx:
            let text = NginxConfiguration(port: front, nodes: servers, folder: folder.path).text
            let path = try folder.write(text, to: "nginx.conf")
            let arguments = ["-p", folder.path, "-e", "stderr", "-g", "daemon off;", "-c", path]
            return try await children.start("nginx", arguments, name: "nginx")
        }
    }
}
