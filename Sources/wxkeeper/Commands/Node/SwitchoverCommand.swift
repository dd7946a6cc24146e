internal import ArgumentParser
internal import ClusterObservation

/// Asks the leader to hand over to a node of one's choice.
struct SwitchoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchover",
        abstract: "Ask the leader to hand leadership over to the node named.",
        discussion: """
            Prints the new leader and how long nobody led. The key needs the rights to observe and to operate. A node \
            that does not lead says who does; ask that one, so that your key goes only where you send it.
            """
    )

    @Option(name: .long, help: "The node that shall lead.")
    var to: String

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Print the node's answer as it is: leader, epoch, gap_ms, took_ms.")
    var json = false

    func run() async throws {
        try await telling {
            let answer = try await node.inquiry().switchover(to: to)
            Console.output(json ? answer.json : Console.harmless(answer.meaning.sentence))
        }
    }
}
