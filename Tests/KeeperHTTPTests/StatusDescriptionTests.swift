import Foundation
import KeeperCore
import Testing

@testable import KeeperHTTP

/// Every member of `/status` is described, and no other is.
@Suite struct StatusDescriptionTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs")

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: docs.appending(path: name), encoding: .utf8)
    }

    /// The members as JSON has them, those that do not apply too.
    private static func members(of part: Any) -> [String] {
        Swift.Mirror(reflecting: part).children.compactMap(\.label).map { name in
            name.replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
        }
    }

    /// By the name of its schema, and how far its members stand from the margin there.
    private static func parts() throws -> [(schema: String, indent: Int, members: [String])] {
        let document = StatusDocument(.example(), at: Date.now)
        return [
            ("Status", 8, members(of: document)), ("Status", 12, members(of: document.node)),
            ("Member", 8, members(of: try #require(document.nodes.first))),
            ("App", 8, members(of: try #require(document.apps.first))), ("Counters", 8, members(of: document.counters)),
        ]
    }

    @Test func members_AreThoseOfTheDescription() throws {
        let description = try Self.page("openapi.yaml")
        for (schema, indent, members) in try Self.parts() {
            let start = try #require(description.range(of: "\n    \(schema):\n")).upperBound
            let rest = description[start...]
            let section = rest[..<(rest.firstRange(of: /\n {4}[A-Z]/)?.lowerBound ?? rest.endIndex)]
            let margin = String(repeating: " ", count: indent)
            let described = section.split(separator: "\n").compactMap { line in
                line.hasPrefix(margin) ? line.dropFirst(indent).prefixMatch(of: /([A-Za-z_]+):/)?.output.1 : nil
            }
            #expect(described.map(String.init).sorted() == members.sorted(), "\(schema)")
        }
    }

    @Test func members_StandInTheManual() throws {
        let manual = try Self.page("api.md")
        let start = try #require(manual.range(of: "### `GET /status`")).upperBound
        let section = manual[start...].components(separatedBy: "\n### ")[0]
        for (schema, _, members) in try Self.parts() {
            for member in members { #expect(section.contains("`\(member)`"), "\(member) of \(schema)") }
        }
    }
}
