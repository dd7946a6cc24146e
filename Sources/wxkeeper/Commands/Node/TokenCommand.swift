internal import ArgumentParser
internal import ClusterObservation

/// Prints the token of one app.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Print the access token of one app.",
        discussion: "What GET /token does. The token goes to standard output, alone on its line."
    )

    @Argument(help: "The appid.")
    var appid: String

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Print the node's answer as it is: appid, access_token, expires_in.")
    var json = false

    func run() async throws {
        try await telling {
            let answer = try await node.inquiry().token(appid)
            guard let token = answer.meaning.accessToken else {
                throw CommandFailure(status: .failed, message: "the answer holds no token")
            }
            Console.output(json ? answer.json : Console.harmless(token))
        }
    }
}
