internal import ArgumentParser
internal import ClusterObservation
internal import LocalCluster
internal import WeChatSimulator

/// Measures how quick a cluster is at what it does besides reads, idle and under full load.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "How quick a cluster is: takeover, hand-over, new tokens, start, a stampede; idle and under load.",
        discussion: """
            Three supervised nodes, Redis, HAProxy and a simulated WeChat on this machine. Needs wrk, which \
            deploy/benchmark.sh installs. Ends with 1 if the lease lapsed.
            """)

    @Option(help: "How many leaders are killed, and how many asked to step down.")
    var takeovers = 10

    @Option(help: "How many callers report one dead token.")
    var callers = 500

    @Option(help: "How long the cluster is watched under load, in minutes; idle for as long, but at most for two.")
    var minutes = 1.0

    @Option(help: "By how many connections each node is read meanwhile.")
    var connections = 64

    func validate() throws {
        guard (1...1000).contains(takeovers), (1...1000).contains(callers), (1...1000).contains(connections) else {
            throw ValidationError("--takeovers, --callers and --connections are from 1 to 1000")
        }
        guard (0.1...600).contains(minutes) else { throw ValidationError("--minutes is from 0.1 to 600") }
    }

    func run() async throws {
        var plan = ClusterPlan.defaultLease
        plan.isSupervised = true
        // A short overlap lets an operator replace a token again soon.
        plan.overlap = .seconds(2)
        plan.apps = (0..<20).map { .init("wx-\($0)", .classic) }
        try await Cluster.with(plan, program: try BuiltProgram.path) { cluster in
            try await cluster.start()
            print("Three nodes, \(plan.apps.count) apps, a lease of \(plan.ttl)\n")
            try await idle(cluster)
            // Before the leader changes: a new one lets WeChat's calls of the last one come to their end first.
            try await stampede(on: cluster)
            try await isolation(of: cluster)
            try await changes(of: cluster)
        }
    }

    private static let head = "| what | times | median | p99 | most |\n|---|---|---|---|---|"

    /// What a node costs that nobody asks.
    private func idle(_ cluster: Cluster) async throws {
        let leader = try await cluster.awaitLeader()
        let length = Duration.seconds(30)
        func used() throws -> [Duration] {
            try cluster.nodes.map { try $0.process.processorTime }
        }
        let before = try used()
        try await hold("nobody asks", for: length)
        let shares = zip(try used(), before).map { (($0 - $1) / length * 100).rounded(to: 2) + " %" }
        let words = zip(cluster.nodes, shares).map { "\($0 === leader ? "leader" : "follower") \($1)" }
        print("Processor of a node that nobody asks, of one core: \(words.joined(separator: ", "))\n")
    }

    /// The cluster's own work, first with nobody reading, then with everybody.
    private func isolation(of cluster: Cluster) async throws {
        let length = Duration.seconds(60) * minutes
        let apps = cluster.plan.apps.dropLast()
        let idle = try await Isolation(of: cluster, for: min(length, .seconds(120)), replacing: Array(apps))
        print("\(Self.head)\n\(idle.rows("idle"))")
        let wrk = try Wrk(
            questions: .init(apps.map { "/token?appid=\($0.id)" }, in: cluster.folder), connections: connections,
            seconds: Int(length / .seconds(1)) + 10)
        let loaded = try await withThrowingTaskGroup(of: ReadFigures.self) { group in
            for node in cluster.nodes {
                let server = ReadServer(
                    name: node.name, port: node.port, authorization: "Bearer \(cluster.secrets.shop)",
                    process: try node.process)
                group.addTask { try await wrk.ask(server) }
            }
            let isolation = try await Isolation(of: cluster, for: length, replacing: Array(apps))
            let reads = try await group.reduce(0) { $0 + $1.readsPerSecond }
            print("\(isolation.rows("at \(reads.rounded(to: 0)) reads a second"))\n")
            return isolation
        }
        print(
            """
            Renewals that failed: \(idle.failedRenewals) idle, \(loaded.failedRenewals) under load; \
            terms won: \(idle.terms) idle, \(loaded.terms) under load

            """)
        guard loaded.failedRenewals + loaded.terms == 0 else { throw ExitCode(1) }
    }

    /// One leader after another.
    private func changes(of cluster: Cluster) async throws {
        var (kills, handovers): ([LeaderChange], [LeaderChange]) = ([], [])
        for _ in 0..<takeovers {
            kills.append(try await cluster.killLeader())
            handovers.append(try await cluster.handOver())
        }
        print(
            """
            \(Self.head)
            | another node leads after kill -9 | \(Spread(kills.map(\.takeover)).cells)
            | another node leads after step-down | \(Spread(handovers.map(\.takeover)).cells)
            | a node is ready after its start | \(Spread((kills + handovers).map(\.readiness)).cells)

            """)
    }

    private func stampede(on cluster: Cluster) async throws {
        guard let app = cluster.plan.apps.last else { return }
        let stampede = try await cluster.stampede(app, callers: callers)
        print(
            """
            \(callers) callers report one dead token at once: all answered after \(stampede.whole.milliseconds), \
            \(stampede.calls) calls to WeChat, \(stampede.fetches) of them for a token

            \(Self.head)
            | a caller that reported has a new token | \(stampede.waits.cells)

            """)
    }
}
