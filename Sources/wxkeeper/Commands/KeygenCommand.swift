internal import ArgumentParser
internal import Foundation
internal import KeeperConfiguration
internal import KeeperHTTP

/// Makes a client key, and the lines that make it known to the cluster.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a client key and the lines for the configuration.",
        discussion: """
            The key is shown once and kept nowhere: the configuration holds only its SHA-256 digest. Give the key \
            to the client in a file or a variable, never in an argument list.
            """
    )

    @Option(name: .long, help: "The name of the client.")
    var id = "client"

    @Flag(name: .long, help: "Print one JSON object: id, key, sha256.")
    var json = false

    func validate() throws {
        guard NameRule.dotted.check(id) != nil else {
            throw ValidationError("--id: allowed are \(NameRule.dotted.allowed)")
        }
    }

    func run() throws {
        let made = GeneratedKey(clientID: id, key: GeneratedKey.draw())
        Console.output(json ? try made.json() : made.lines)
    }
}

/// A fresh client key, in the forms in which it is handed out.
struct GeneratedKey: Equatable {
    var clientID: String
    var key: String

    /// 256 bits of the system's cryptographic generator in base64url, after a prefix that secret scanners can find.
    static func draw() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let base64 = Data(bytes).base64EncodedString()
        let translated = base64.compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 }
        return "wxk_" + String(translated)
    }

    /// For a person: the key, then an entry of the configuration's list of clients.
    var lines: String {
        """
        The key, shown only now; the client keeps it:

        \(key)

        An entry for the configuration, under `clients:`:

        \(entry)
        """
    }

    /// The entry of the list of clients.
    var entry: String {
        """
          - id: \(clientID)
            key: { sha256: \(KeyDigest(of: key).hexadecimal) }
            apps: all                 # or a list of appids
            can: [read, refresh]      # read, refresh, observe, operate
        """
    }

    /// For a program.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let object = ["id": clientID, "key": key, "sha256": KeyDigest(of: key).hexadecimal]
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }
}
