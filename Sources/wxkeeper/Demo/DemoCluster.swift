internal import ClusterObservation
internal import CurlClient
internal import Foundation
internal import KeeperConfiguration
internal import KeeperCore
internal import LocalCluster
internal import Logging
internal import UnixSignals
internal import WeChatSimulator

/// The demo's processes and the order in which they come and go: Redis and WeChat, the nodes, the load balancer.
struct DemoCluster: Sendable {
    /// A node that was killed comes back after this long, so that there is time to look at the others.
    private static let restartPause = Duration.seconds(3)
    private static let longestStart = Duration.seconds(40)
    /// How long a program may take to end before it is killed.
    private static let grace = Duration.seconds(10)

    private let plan: DemoPlan

    init(nodeCount: Int, port: Int, lifetime: Duration) {
        let name = "wxkeeper-demo-\(UUID().uuidString)"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        plan = DemoPlan(nodeCount: nodeCount, port: port, lifetime: lifetime, folder: folder)
    }

    /// Runs until SIGINT or SIGTERM.
    ///
    /// Afterwards no process and no file is left.
    func run() async throws {
        try await Programs.check()
        try await Port.checkFree(plan.ports)
        try plan.write()
        defer { try? FileManager.default.removeItem(at: plan.folder) }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        var quiet = Logger(label: "wechat-simulator")
        quiet.logLevel = .critical
        try await WeChatSimulatorServer.withSimulator(plan.simulator, logger: quiet) { _ in
            // Redis outlives the nodes, so that they can give the lease up when they go.
            try await withChildren { children in
                let redis = try await children.start(
                    "redis-server",
                    [
                        "--port", "\(plan.redisPort)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                        "--dir", plan.folder.path,
                    ], name: "Redis", hearing: .dropped)
                try await serve(over: redis, until: signals)
                try await children.stop(within: Self.grace)
            }
        }
    }

    /// Runs nodes and load balancer until a signal comes or something fails; then they are asked to end.
    private func serve(over redis: Child, until signals: UnixSignalsSequence) async throws {
        try await withChildren { children in
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await cluster(children) }
                    group.addTask { try await announce() }
                    group.addTask {
                        let ending = try await redis.ended()
                        throw CommandFailure(status: .failed, message: "Redis has ended: \(ending)")
                    }
                    group.addTask {
                        for await _ in signals { break }
                        throw CancellationError()
                    }
                    defer { group.cancelAll() }
                    while try await group.next() != nil {}
                }
            } catch is CancellationError {
                Console.output("\nEnds the demo.")
            } catch {
                try await children.stop(within: Self.grace)
                throw error
            }
            try await children.stop(within: Self.grace)
        }
    }

    private func cluster(_ children: Children) async throws {
        try await Port.waitUntilTaken(plan.redisPort)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in plan.nodes { group.addTask { try await keepAlive(node, children) } }
            group.addTask {
                let arguments = ["-db", "-q", "-f", plan.file("haproxy.cfg")]
                let balancer = try await children.start("haproxy", arguments, name: "haproxy", hearing: .shown)
                _ = try await balancer.ended()
                throw CommandFailure(status: .failed, message: "the load balancer has ended")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Starts a node again whenever it ends.
    private func keepAlive(_ node: DemoPlan.Node, _ children: Children) async throws {
        while true {
            let arguments = ["serve", "--config", plan.file("node-\(node.name).yaml")]
            let child = try await children.start(
                Programs.ourselves, arguments, name: "node \(node.name)", hearing: .shown)
            let ending = try await child.ended()
            Console.output("\(child.name) has ended (\(ending)); it is started again in 3 s")
            try await letPass(Self.restartPause)
        }
    }

    /// Waits until the cluster serves, then says how to use it.
    private func announce() async throws {
        let connection = CurlNodeConnection(
            url: "http://127.0.0.1:\(plan.port)", key: Secret(plan.clientKey))
        do {
            try await eventually("tokens", within: Self.longestStart, every: .milliseconds(200)) {
                for app in [DemoPlan.classicApp, DemoPlan.stableApp] {
                    let answer = try? await connection.send(NodeQuestion(path: "/token?appid=\(app)"))
                    guard answer?.status == 200 else { return false }
                }
                return true
            }
        } catch is NotInTime {
            throw CommandFailure(
                status: .failed, message: "no token after \(Self.longestStart); the lines above say why")
        }
        Console.output(DemoGreeting(plan: plan).text)
    }
}
