import Foundation
import Logging
import Subprocess
import Synchronization
import WeChatSimulator

/// Three nodes as real processes, a Redis, a simulated WeChat, and the load balancer we ship in front.
struct Cluster: Sendable {
    let plan: ClusterPlan
    let secrets: ClusterSecrets
    let wechat: WeChatSimulatorServer
    let redis: RedisProcess
    let nodes: [ClusterNode]
    /// Where the load balancer listens.
    let front: Int
    let folder: Folder
    let children: Children

    subscript(_ name: String?) -> ClusterNode? { nodes.first { $0.name == name } }

    /// The node that leads, if there is one.
    func leader() async throws -> ClusterNode? {
        for node in nodes where await node.leads() { return node }
        return nil
    }

    /// Waits for a node that leads.
    func awaitLeader(within limit: Duration = .seconds(20)) async throws -> ClusterNode {
        var leader: ClusterNode?
        try await eventually("a node leads", within: limit) {
            leader = try await self.leader()
            return leader != nil
        }
        guard let leader else { throw NotInTime(description: "a node leads") }
        return leader
    }

    /// Waits until every node serves every app that has a true secret, and the load balancer sends to all of them.
    func awaitHealth(within limit: Duration = .seconds(30)) async throws {
        for node in nodes {
            try await eventually("\(node.name) is ready", within: limit) { await node.status("/readyz") == 200 }
            for app in plan.apps where app.hasTrueSecret {
                try await eventually("\(node.name) serves \(app.id)", within: limit) {
                    (try? await read(app, from: node.port))?.status == 200
                }
            }
        }
        // A stranger's request has no effect, and shows who would answer: for both of the balancer's ways.
        for question in [Question.get("/token"), try .post("/token/refresh", [:], key: "nobody")] {
            var seen: Set<String> = []
            try await eventually("the load balancer uses all nodes for \(question.path)", within: limit) {
                if let node = (try? await ask(front, question))?.node { seen.insert(node) }
                return seen.count == nodes.count
            }
        }
    }

    /// `GET /token`.
    func read(_ app: ClusterPlan.App, from port: Int) async throws -> Answer {
        try await ask(port, .get("/token?appid=\(app.id)", key: secrets.shop))
    }

    /// The token that a node serves now.
    func token(of app: ClusterPlan.App, from port: Int? = nil) async throws -> String {
        let answer = try await read(app, from: port ?? front)
        guard let token = answer.token else { throw NotInTime(description: "a token of \(app.id): \(answer.status)") }
        return token
    }

    /// `POST /token/refresh`.
    func refresh(_ app: ClusterPlan.App, reporting token: String, at port: Int) async throws -> Answer {
        try await ask(
            port, .post("/token/refresh", ["appid": app.id, "access_token": token], key: secrets.shop))
    }

    /// `POST /operate/refresh`.
    func rotate(_ app: ClusterPlan.App, at port: Int) async throws -> Answer {
        try await ask(port, .post("/operate/refresh", ["appid": app.id], key: secrets.operate))
    }

    func life(of token: String) -> Load.Life {
        guard let standing = wechat.standing(of: token) else { return .over }
        return standing.strict > .zero ? .going : standing.grace > .zero ? .overtaken : .over
    }

    func isAlive(_ token: String) -> Bool { life(of: token) == .going }
}

/// Runs `body` with a healthy cluster.
///
/// Afterwards nothing of it is left, and no log holds a secret or a token.
func withCluster<Value: Sendable>(
    _ plan: ClusterPlan = ClusterPlan(),
    _ body: (Cluster) async throws -> Value
) async throws -> Value {
    let quiet = Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }
    let configuration = WeChatSimulatorServer.Configuration(
        apps: try plan.apps.map {
            try SimulatedApp(
                appID: $0.id, secret: $0.hasTrueSecret ? $0.secret : Secret.new("other"), tokenLength: $0.tokenLength)
        },
        timing: try .init(lifetime: plan.lifetime, overlap: plan.overlap))
    return try await Folder.with { folder in
        try await WeChatSimulatorServer.withSimulator(configuration, logger: quiet) { wechat in
            try await withChildren { children in
                let cluster = try await Cluster(plan, wechat, children, folder)
                do {
                    try await cluster.start()
                    let value = try await body(cluster)
                    try cluster.auditSecrecy()
                    return value
                } catch {
                    cluster.tellLogs()
                    throw error
                }
            }
        }
    }
}

extension Cluster {
    fileprivate init(
        _ plan: ClusterPlan, _ wechat: WeChatSimulatorServer, _ children: Children, _ folder: Folder
    ) async throws {
        self.plan = plan
        self.wechat = wechat
        self.children = children
        self.folder = folder
        secrets = ClusterSecrets()
        front = try await FreePorts.take()
        redis = RedisProcess(port: try await FreePorts.take(), folder: folder, children: children)
        try folder.write(secrets.cluster, to: "cluster.secret")
        try folder.write(secrets.shop, to: "shop.secret")
        try folder.write(secrets.operate, to: "operator.secret")
        for app in plan.apps { try folder.write(app.secret, to: "\(app.id).secret") }
        let baseURL = try await wechat.baseURL
        var nodes: [ClusterNode] = []
        for name in ["a", "b", "c"].prefix(plan.nodes) {
            let port = try await FreePorts.take()
            let text = plan.configuration(node: name, port: port, redis: redis.port, wechat: baseURL)
            let path = try folder.write(text, to: "\(name).yaml")
            nodes.append(
                ClusterNode(name: name, port: port, path: path, logLevel: plan.logLevel, children: children))
        }
        self.nodes = nodes
    }

    fileprivate func start() async throws {
        try await redis.start()
        for node in nodes { try await node.start() }
        try await startLoadBalancer()
        try await awaitHealth()
        _ = try await awaitLeader()
    }

    /// The file we ship, with other ports.
    private func startLoadBalancer() async throws {
        let shipped = [2130, 2131, 2132, 2133].map { "127.0.0.1:\($0)" }
        let ours = ([front] + nodes.map(\.port)).map { "127.0.0.1:\($0)" }
        var text = try Repository.text(of: "deploy/haproxy/haproxy.cfg")
        for address in shipped where !text.contains(address) {
            throw NotInTime(description: "\(address) in haproxy.cfg")
        }
        // In one pass and by whole addresses: one of our ports may begin with one that is shipped.
        let places = Dictionary(uniqueKeysWithValues: zip(shipped, ours))
        text.replace(/127\.0\.0\.1:\d+/) { places[String($0.output)] ?? String($0.output) }
        let path = try folder.write(text, to: "haproxy.cfg")
        let balancer = try await children.start("haproxy", ["-db", "-f", path], name: "haproxy")
        try await eventually("the load balancer listens: \(balancer.output)", within: .seconds(5)) {
            (try? await ask(front, .get("/"))) != nil
        }
    }
}

/// One node: a process now, another after a restart, always under one name and address.
final class ClusterNode: Sendable {
    let name: String
    let port: Int
    let path: String
    private let logLevel: String
    private let children: Children
    private let lives = Mutex<[Child]>([])

    init(name: String, port: Int, path: String, logLevel: String, children: Children) {
        self.name = name
        self.port = port
        self.path = path
        self.logLevel = logLevel
        self.children = children
    }

    /// The process that was started last.
    var process: Child {
        get throws {
            guard let last = lives.withLock(\.last) else { throw NotInTime(description: "\(name) is started") }
            return last
        }
    }

    /// What it has said in all its lives.
    var log: String { lives.withLock { $0.map(\.output).joined() } }

    @discardableResult
    func start() async throws -> Child {
        let child = try await children.start(
            Repository.program, ["serve", "--config", path, "--log-level", logLevel], name: name)
        lives.withLock { $0.append(child) }
        return child
    }

    func send(_ signal: Signal) throws { try process.send(signal) }

    /// The status of one of the paths that need no key; nil if it does not answer.
    func status(_ path: String, within limit: Duration = .seconds(1)) async -> Int? {
        try? await ask(port, .get(path), within: limit).status
    }

    func leads() async -> Bool { await status("/leader") == 200 }

    func health() async throws -> Health {
        try JSONDecoder().decode(Health.self, from: Data(try await ask(port, .get("/health")).body.utf8))
    }
}

/// `GET /health`, as far as tests look at it.
struct Health: Decodable {
    struct Apps: Decodable {
        struct Ill: Decodable {
            var appid: String
            var errcode: Int?
        }
        var ill: [Ill]
    }
    var role: String
    var epoch: UInt64
    var leader: String?
    var apps: Apps
}

/// A `redis-server` that forgets everything when it is killed.
final class RedisProcess: Sendable {
    let port: Int
    private let folder: Folder
    private let children: Children
    private let process = Mutex<Child?>(nil)

    init(port: Int, folder: Folder, children: Children) {
        self.port = port
        self.folder = folder
        self.children = children
    }

    func start() async throws {
        let child = try await children.start(
            "redis-server",
            ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.path],
            name: "redis-server")
        process.withLock { $0 = child }
        try await eventually("Redis accepts connections") { child.output.contains("Ready to accept connections") }
    }

    func kill() async throws {
        guard let child = process.withLock({ $0 }) else { return }
        try child.send(.kill)
        _ = try await child.ended(within: .seconds(5))
    }

    /// One command, by `redis-cli`.
    @discardableResult
    func run(_ command: String...) async throws -> String {
        try await output(of: "redis-cli", ["-p", "\(port)"] + command)
    }
}
