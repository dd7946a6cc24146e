internal import ClusterObservation
internal import Foundation
internal import LocalCluster
internal import WeChatSimulator

/// One cluster, from its cold start to its steady state.
struct Measurement {
    /// So many calls to WeChat a leader has in flight at most.
    static let callsAtOnce = 64

    /// From the start of the first node until every node serves every token.
    let coldStart: Duration
    /// Of that node which has most, in the steady state.
    let memory: ProcessTable.Memory
    /// What Redis executes a second, scripts counted as one.
    let commandsPerSecond: Double

    init(apps count: Int, latency: Duration, watch: Duration) async throws {
        var plan = ClusterPlan(apps: (0..<count).map { ClusterPlan.App("wx-\(100_000 + $0)", .stable) })
        plan.ttl = "6s"
        plan.timeout = "3s"
        plan.logLevel = "warning"
        (coldStart, memory, commandsPerSecond) = try await Cluster.with(
            plan, program: try BuiltProgram.path
        ) { cluster in
            try cluster.wechat.arm(.init(.delay, delayBefore: latency))
            try await cluster.redis.start()
            let start = ContinuousClock.now
            for node in cluster.nodes { try await node.start() }
            let patience = latency * count / Self.callsAtOnce * 2 + .seconds(60)
            for node in cluster.nodes {
                try await eventually("\(node.name) serves every app", within: patience) {
                    await Self.wellApps(of: node) == count
                }
            }
            let coldStart = ContinuousClock.now - start
            let before = try await Self.commands(of: cluster)
            let watchedFrom = ContinuousClock.now
            try await hold("the steady state", for: watch)
            let commands = try await Self.commands(of: cluster) - before
            let seconds = (ContinuousClock.now - watchedFrom) / .seconds(1)
            let memories = try cluster.nodes.map { try ProcessTable.memory(of: try $0.process.processID) }
            guard let most = memories.max(by: { $0.now < $1.now }) else { preconditionFailure("there is no node") }
            return (coldStart, most, Double(commands) / seconds)
        }
    }

    /// How many apps a node counts as well.
    private static func wellApps(of node: ClusterNode) async -> Int {
        struct Health: Decodable {
            struct Apps: Decodable {
                let well: Int
            }
            let apps: Apps
        }
        guard let answer = try? await ask(node.port, .get("/health")) else { return 0 }
        return (try? JSONDecoder().decode(Health.self, from: Data(answer.body.utf8)))?.apps.well ?? 0
    }

    /// Commands that Redis has executed for clients: what a script calls is not among them, nor is our own question.
    private static func commands(of cluster: Cluster) async throws -> Int {
        let text = try await cluster.redis.run("INFO", "commandstats")
        return text.split(whereSeparator: \.isNewline).reduce(0) { sum, line in
            guard let fields = line.wholeMatch(of: /cmdstat_eval.*:calls=(\d+),.*/) else { return sum }
            return sum + (Int(fields.1) ?? 0)
        }
    }
}
