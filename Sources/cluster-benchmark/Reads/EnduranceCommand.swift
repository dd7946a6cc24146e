internal import ArgumentParser

/// Looks whether a node grows with the reads it has answered.
struct EnduranceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endurance",
        abstract: "The memory of a node before and after so many reads.",
        discussion: """
            Needs wrk, which deploy/benchmark.sh installs. Prints a line every minute; a hundred \
            million take about a quarter of an hour.
            """)

    @Option(help: "How many reads, at least.")
    var reads = 100_000_000

    @Option(help: "By how many connections.")
    var connections = 64

    @Option(help: "How many apps are read in turn.")
    var apps = 1

    /// So much is asked before a node is looked at again, in seconds.
    private static let slice = 60

    func validate() throws {
        guard reads > 0, (1...10_000).contains(connections), (1...10_000).contains(apps) else {
            throw ValidationError("--reads is at least 1, --connections and --apps are from 1 to 10000")
        }
    }

    func run() async throws {
        try await ReadScene.with(apps: apps) { scene in
            print(
                """
                \(apps) apps, \(connections) connections

                | reads | after | reads a second | resident |
                |---|---|---|---|
                """)
            let start = ContinuousClock.now
            var answered = 0.0
            // The first second is to open the connections, and to remember what is asked.
            var seconds = 1
            repeat {
                let wrk = Wrk(questions: scene.questions, connections: connections, seconds: seconds)
                let figures = try await wrk.ask(scene.node)
                answered += figures.reads
                let passed = ((.now - start) / .seconds(1)).rounded(to: 0)
                let cells = [
                    "\(Int(answered))", "\(passed) s", figures.readsPerSecond.rounded(to: 0), figures.memoryText,
                ]
                print("| \(cells.joined(separator: " | ")) |")
                seconds = Self.slice
            } while answered < Double(reads)
        }
    }
}
