internal import ClusterObservation
internal import CurlClient
internal import Foundation
internal import KeeperConfiguration
internal import KeeperCore
internal import Logging
internal import Subprocess
internal import UnixSignals
internal import WeChatSimulator

/// The demo's processes and the order in which they come and go: Redis and WeChat, the nodes, the load balancer.
struct DemoCluster: Sendable {
    /// A node that was killed comes back after this long, so that there is time to look at the others.
    private static let restartPause = Duration.seconds(3)
    private static let longestStart = Duration.seconds(40)

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
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await foundation() }
            group.addTask { try await announce() }
            group.addTask {
                for await _ in signals { break }
                throw CancellationError()
            }
            do {
                while try await group.next() != nil {}
            } catch is CancellationError {
                Console.output("\nEnds the demo.")
            }
            group.cancelAll()
        }
    }

    /// Redis outlives everything else, so that the nodes can give the lease up when they go.
    private func foundation() async throws {
        let redis = Child(
            program: .name("redis-server"),
            arguments: [
                "--port", "\(plan.redisPort)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                plan.folder.path,
            ])
        var quiet = Logger(label: "wechat-simulator")
        quiet.logLevel = .critical
        let simulator = try WeChatSimulatorServer(plan.simulator, logger: quiet)
        try await keep("Redis", redis) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await simulator.run() }
                group.addTask {
                    _ = try await simulator.port
                    try await Port.waitUntilTaken(plan.redisPort)
                    try await cluster()
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private func cluster() async throws {
        let balancer = Child(
            program: .name("haproxy"), arguments: ["-db", "-q", "-f", plan.file("haproxy.cfg")], isHeard: true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in plan.nodes { group.addTask { try await keepAlive(node) } }
            group.addTask { _ = try await balancer.run() }
            defer { group.cancelAll() }
            try await group.next()
            try Task.checkCancellation()
            throw CommandFailure(status: .failed, message: "the load balancer has ended")
        }
    }

    /// Runs `body` while `child` runs; when either ends the other is ended too, the child always last.
    private func keep(
        _ name: String, _ child: Child, while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (end, continuation) = AsyncStream.makeStream(of: String.self)
        // A task outside the tree: what cancels the body must not end the child before the body is over.
        let keeper = Task {
            let ending = try? await child.run()
            continuation.yield(ending ?? "it could not be started")
        }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    for await ending in end {
                        throw CommandFailure(status: .failed, message: "\(name) has ended: \(ending)")
                    }
                    throw CancellationError()
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            keeper.cancel()
            await keeper.value
            throw error
        }
        keeper.cancel()
        await keeper.value
    }

    /// Starts a node again whenever it ends.
    private func keepAlive(_ node: DemoPlan.Node) async throws {
        while !Task.isCancelled {
            let child = Child.ourselves(["serve", "--config", plan.file("node-\(node.name).yaml")])
            let ending = try await child.run()
            if Task.isCancelled { return }
            Console.output("node \(node.name) has ended (\(ending)); it is started again in 3 s")
            try await Task.sleep(for: Self.restartPause)
        }
    }

    /// Waits until the cluster serves, then says how to use it.
    private func announce() async throws {
        let connection = CurlNodeConnection(
            url: "http://127.0.0.1:\(plan.port)", key: Secret(plan.clientKey))
        let deadline = ContinuousClock.now + Self.longestStart
        for app in [DemoPlan.classicApp, DemoPlan.stableApp] {
            while true {
                let answer = try? await connection.send(NodeQuestion(path: "/token?appid=\(app)"))
                if answer?.status == 200 { break }
                guard ContinuousClock.now < deadline else {
                    throw CommandFailure(
                        status: .failed, message: "no token after \(Self.longestStart); the lines above say why")
                }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        Console.output(DemoGreeting(plan: plan).text)
    }
}
