import Foundation
import Testing

@testable import RedisStores

/// `docs/redis.md` tells every key and field, as the programs have them.
@Suite struct RedisPageTests {
    private static let page: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return (try? String(contentsOf: root.appending(path: "docs/redis.md"), encoding: .utf8)) ?? ""
    }()

    /// The rows of the table below a heading, each cut into its cells.
    private func rows(below heading: String) throws -> [[String]] {
        let lines = Self.page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: Substring(heading)), "\(heading) is missing")
        let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("#") } ?? lines.endIndex
        return lines[start..<end].filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private func plain(_ cell: String) -> String { cell.replacing("`", with: "") }

    @Test(arguments: RedisFormat.hashes.map(\.key)) func fields_AreThoseOfTheTable_WithTheirForms(key: String) throws {
        let hash = try #require(RedisFormat.hashes.first { $0.key == key })
        let rows = try rows(below: "### `\(key)`")
        #expect(rows.map { plain($0[0]) } == hash.fields.map(\.name))
        #expect(rows.map { plain($0[1]) } == hash.fields.map(\.form.rawValue))
        #expect(rows.allSatisfy { $0.count == 4 && $0.allSatisfy { !$0.isEmpty } }, "a cell is empty")
    }

    @Test func forms_AreAllThereAre() throws {
        let forms = Set(RedisFormat.hashes.flatMap(\.fields).map(\.form.rawValue))
        #expect(Set(try rows(below: "## Forms of a field").map { plain($0[0]) }) == forms)
    }

    @Test func keys_AreAllThereAre() throws {
        let names = Keyspace.fixedNames + [RedisFormat.member.key, RedisFormat.record.key]
        #expect(try rows(below: "## Keys").map { plain($0[0]) } == names)
        #expect(Self.page.contains("`wxkeeper:{NAME}:\(Keyspace.channelName)`"))
        let keyspace = Keyspace(cluster: "NAME")
        #expect("\(keyspace.prefix)" == "wxkeeper:{NAME}:")
    }

    @Test func formatAndReleases_AreNamed() {
        #expect(Self.page.contains("**format \(RedisFormat.number)**"))
        for word in ReleaseWord.allCases { #expect(Self.page.contains("`\(word.rawValue)`")) }
    }
}
