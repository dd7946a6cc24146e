internal import ArgumentParser
internal import KeeperConfiguration
internal import KeeperCore

/// The whole cluster on this machine, with nothing to configure.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a whole cluster on this machine: Redis, a simulated WeChat, nodes and a load balancer.",
        discussion: """
            Prints the addresses, a client key and lines to try. A node that you kill is started again after three \
            seconds. Ctrl-C ends all of it and leaves no process and no file behind. Needs redis-server and haproxy.
            """
    )

    @Option(name: .long, help: "How many nodes, 1 to 9.")
    var nodes = 3

    @Option(name: .long, help: "The load balancer's port; the nodes take the next ones, the simulator +10, Redis +20.")
    var port = 2130

    @Option(name: .long, help: "How long a simulated token lives, such as 120s or 2h.")
    var lifetime = "120s"

    func validate() throws {
        guard (1...9).contains(nodes) else { throw ValidationError("--nodes \(nodes): allowed are 1 to 9") }
        guard (1024...65_500).contains(port) else {
            throw ValidationError("--port \(port): allowed are 1024 to 65500")
        }
        guard let life = DurationText.parse(lifetime), (.seconds(20)...(.seconds(86_400))).contains(life) else {
            throw ValidationError("--lifetime \(lifetime): allowed are 20s to 24h, with a unit")
        }
    }

    func run() async throws {
        let life = DurationText.parse(lifetime) ?? .seconds(120)
        do {
            try await DemoCluster(nodeCount: nodes, port: port, lifetime: life).run()
        } catch let failure as CommandFailure {
            Console.error(failure.message)
            throw failure.status.exitCode
        }
    }
}
