internal import ArgumentParser
internal import ClusterObservation

/// Prints a ticket of one app.
struct TicketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ticket",
        abstract: "Print a ticket of one app.",
        discussion: "What GET /ticket does. The ticket goes to standard output, alone on its line."
    )

    @Argument(help: "The appid.")
    var appid: String

    @Option(name: .long, help: "jsapi, wx_card or agent_config; one of those the app has.")
    var type: String

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Print the node's answer as it is: appid, ticket, expires_in.")
    var json = false

    func run() async throws {
        try await telling {
            let answer = try await node.inquiry().ticket(type, of: appid)
            Console.output(json ? answer.json : Console.harmless(answer.meaning.ticket))
        }
    }
}
