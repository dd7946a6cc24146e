internal import ArgumentParser
internal import LocalCluster

/// Measures what one read of a token costs, beside a web server that hands out the same bytes.
struct ReadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reads",
        abstract: "What a read of a token costs, beside servers that hand out the same bytes and look at nothing.",
        discussion: """
            Needs wrk and nginx, which deploy/benchmark.sh installs, and epoll-floor of the same build. All servers run on this machine and are asked in \
            turn, round after round; the median of each counts. The processor's time is the server's own.
            """)

    @Option(help: "How many rounds.")
    var rounds = 5

    @Option(help: "How long each server is asked in a round, in seconds.")
    var seconds = 3

    @Option(
        help: ArgumentHelp("By how many connections; 64,1000 if not told.", valueName: "n,n"), transform: Self.numbers)
    var connections = [64, 1000]

    @Option(
        help: ArgumentHelp("How many apps are read in turn; 1,1000,10000 if not told.", valueName: "n,n"),
        transform: Self.numbers)
    var apps = [1, 1000, 10_000]

    /// So many different requests a node remembers: those with one key would make it forget those with the other.
    private static let mostRemembered = 16_384

    private static func numbers(_ text: String) throws -> [Int] {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.allSatisfy({ (1...10_000).contains($0) }) else {
            throw ValidationError("\(text) is no list of numbers from 1 to 10000")
        }
        return numbers
    }

    func validate() throws {
        guard (1...99).contains(rounds), (1...600).contains(seconds) else {
            throw ValidationError("--rounds is from 1 to 99, --seconds from 1 to 600")
        }
    }

    func run() async throws {
        for count in apps {
            try await ReadScene.with(apps: count) { scene in
                let base = try await scene.nginx()
                let nodes = count * 2 <= Self.mostRemembered ? [scene.node, scene.nodeByBasic] : [scene.node]
                let servers = nodes + [try await scene.plain(), base, try await scene.floor()]
                for connections in connections {
                    let wrk = Wrk(questions: scene.questions, connections: connections, seconds: seconds)
                    try await measure(servers, base: base, wrk)
                }
            }
        }
    }

    /// Asks each server in each round, and prints a table.
    private func measure(_ servers: [ReadServer], base: ReadServer, _ wrk: Wrk) async throws {
        var figures: [String: [ReadFigures]] = [:]
        for _ in 0..<rounds {
            for server in servers { figures[server.name, default: []].append(try await wrk.ask(server)) }
        }
        let medians = figures.mapValues(ReadFigures.medians)
        let baseTime = medians[base.name]?.processorTime ?? .zero
        print(
            """
            \(wrk.questions.count) apps, \(wrk.connections) connections, \(rounds) rounds of \(seconds) s

            | server | CPU a read | × nginx | reads a second | p50 | p99 | p99.9 | resident |
            |---|---|---|---|---|---|---|---|
            """)
        for server in servers { print("| \(server.name) \(medians[server.name]?.row(beside: baseTime) ?? "|")") }
        print("")
    }
}
