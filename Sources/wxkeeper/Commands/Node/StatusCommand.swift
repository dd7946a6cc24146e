internal import ArgumentParser
internal import ClusterObservation

/// Shows the cluster as one node sees it.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the cluster: nodes, leader, apps and how long their tokens live.",
        discussion: "The key needs the right to observe. Tokens are never shown."
    )

    /// Time between two looks of `--watch`.
    static let watchPeriod = Duration.seconds(2)

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Print the node's answer as it is; with --watch, one object a line.")
    var json = false

    @Flag(name: .long, help: "Look again every two seconds, until you stop it.")
    var watch = false

    func run() async throws {
        try await telling {
            let inquiry = try node.inquiry()
            guard watch else {
                let answer = try await inquiry.status()
                return Console.output(json ? answer.json : Console.harmless(answer.meaning.table))
            }
            await look(again: inquiry)
        }
    }

    /// A node that does not answer for a while is what one watches for, so that does not end it.
    private func look(again inquiry: NodeInquiry) async {
        repeat {
            do throws(InquiryFailure) {
                let answer = try await inquiry.status()
                // The two sequences go home and clear the rest of the screen.
                let screen = "\u{1B}[H\u{1B}[2J" + Console.harmless(answer.meaning.table)
                Console.output(json ? answer.json : screen)
            } catch {
                Console.error(Console.harmless(error.message))
            }
            // By the clock, as whoever watches has asked. Cancelled: the loop's condition ends it.
            try? await Task.sleep(for: Self.watchPeriod)
        } while !Task.isCancelled
    }
}
