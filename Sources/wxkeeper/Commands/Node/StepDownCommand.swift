internal import ArgumentParser
internal import ClusterObservation

/// Asks the leader to hand over.
struct StepDownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step-down",
        abstract: "Ask the leader to hand leadership over now.",
        discussion: """
            Prints the new leader and how long it took. The key needs the right to operate. A node that does not \
            lead says who does; ask that one, so that your key goes only where you send it.
            """
    )

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Print the node's answer as it is: leader, epoch, took_ms.")
    var json = false

    func run() async throws {
        try await telling {
            let answer = try await node.inquiry().stepDown()
            Console.output(json ? answer.json : Console.harmless(answer.meaning.sentence))
        }
    }
}
