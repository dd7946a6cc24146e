internal import CurlClient
internal import Foundation
internal import RedisClient

/// The version of this program and of what it is built from.
enum Version {
    static let number = "0.1.0"

    #if DEBUG
        static let build = "debug"
    #else
        static let build = "release"
    #endif

    /// The compiler has no way to tell its own version to the program, so only the ones we have met are known.
    #if compiler(>=6.4)
        static let swift = "6.4 or later"
    #elseif compiler(>=6.3)
        static let swift = "6.3"
    #else
        static let swift = "6.2"
    #endif

    /// Names and versions, in the order in which they are told.
    static var parts: [(name: String, version: String)] {
        [
            ("wxkeeper", number), ("commit", Commit.id), ("build", build), ("swift", swift),
            ("libcurl", CurlLibrary.version), ("tls", CurlLibrary.tls), ("hiredis", HiredisLibrary.version),
        ]
    }

    static var lines: String {
        parts.map { "\($0.name) \($0.version)" }.joined(separator: "\n")
    }

    static func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let object = Dictionary(parts.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }
}
