internal import ArgumentParser
internal import ClusterObservation
internal import Foundation
internal import KeeperConfiguration

/// Which node to talk to, and as whom.
///
/// The key never stands in the argument list.
struct NodeOptions: ParsableArguments {
    static let defaultURL = "http://127.0.0.1:2130"

    @Option(name: .long, help: "The URL of any node; else WXKEEPER_URL, else \(Self.defaultURL).")
    var url: String?

    @Option(name: .long, help: "A file that holds the client key; else the variable WXKEEPER_KEY.")
    var keyFile: String?

    /// The node, ready to be asked.
    func connect(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> CurlNodeConnection {
        let variable = environment["WXKEEPER_URL"].flatMap { $0.isEmpty ? nil : $0 }
        return CurlNodeConnection(url: url ?? variable ?? Self.defaultURL, key: try key(environment))
    }

    /// The node, ready to be asked what the commands ask.
    func inquiry() throws(CommandFailure) -> NodeInquiry {
        NodeInquiry(connection: try connect(), version: Version.number)
    }

    /// The key of the file if one is named, else that of the variable.
    func key(_ environment: [String: String]) throws(CommandFailure) -> Secret {
        var text: String
        if let keyFile {
            do {
                let url = URL(fileURLWithPath: keyFile)
                text = try ConfigurationFile.text(at: url, limit: ConfigurationLimit.secretFileBytes)
            } catch {
                throw CommandFailure(status: .usage, message: "--key-file \(keyFile): \(error.reason)")
            }
        } else {
            text = environment["WXKEEPER_KEY"] ?? ""
        }
        text = InvisibleMarks.trimmed(text)
        guard !text.isEmpty else {
            throw CommandFailure(status: .usage, message: "no client key: give --key-file FILE or set WXKEEPER_KEY")
        }
        if let complaint = SecretReader.complaint(about: text) {
            throw CommandFailure(status: .usage, message: "the client key is \(complaint)")
        }
        return Secret(text)
    }
}

extension AsyncParsableCommand {
    /// Does `work`, or tells why not on standard error and ends with the status that belongs to the reason.
    func telling(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            Console.error(Console.harmless(failure.message))
            throw failure.status.exitCode
        }
    }
}
