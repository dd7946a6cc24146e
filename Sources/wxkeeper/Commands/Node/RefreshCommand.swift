internal import ArgumentParser
internal import ClusterObservation
internal import Foundation
internal import KeeperConfiguration

/// Has the token of one app replaced.
struct RefreshCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Have the access token of one app replaced.",
        discussion: """
            With --stale - the token that WeChat refused is read from standard input, and replaced only if WeChat \
            really refuses it (the right to refresh). Without it the token is replaced although it is good (the \
            right to operate). The new token is printed with --json only.
            """
    )

    /// A longer token is none.
    static let tokenBytes = 8 * 1024

    @Argument(help: "The appid.")
    var appid: String

    @Option(name: .long, help: "Only -: read the refused token from standard input.")
    var stale: String?

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Print the node's answer as it is, the token included.")
    var json = false

    func validate() throws {
        // The value is not repeated: it may be a token.
        guard stale == nil || stale == "-" else {
            throw ValidationError("--stale takes only -; the token itself goes to standard input")
        }
    }

    func run() async throws {
        try await telling {
            let refused = stale == nil ? nil : try Self.token(from: Self.standardInput())
            let answer = try await node.inquiry().refresh(appid, refused: refused?.reveal())
            Console.output(json ? answer.json : Console.harmless(answer.meaning.sentence(about: appid)))
        }
    }

    /// One token and nothing else.
    static func token(from bytes: Data) throws(CommandFailure) -> Secret {
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty, bytes.count <= tokenBytes, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CommandFailure(status: .usage, message: "standard input must hold one token and nothing else")
        }
        return Secret(text)
    }

    private static func standardInput() throws(CommandFailure) -> Data {
        var bytes = Data()
        do {
            while bytes.count <= tokenBytes,
                let more = try FileHandle.standardInput.read(upToCount: tokenBytes + 1 - bytes.count), !more.isEmpty
            {
                bytes += more
            }
        } catch {
            throw CommandFailure(status: .failed, message: "standard input cannot be read")
        }
        return bytes
    }
}
