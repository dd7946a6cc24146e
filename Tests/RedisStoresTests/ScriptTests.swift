import Foundation
import Testing

@testable import RedisStores

/// The scripts take positions and fields from the tables, and from nowhere else.
@Suite struct ScriptTests {
    /// What a record has beside its fields.
    private static let beside: Set = ["app", "key", "fault"]

    /// The hash to which a variable of the scripts belongs.
    private static let hashes: [String: StoredHash] = [
        "record": RedisFormat.record, "stored": RedisFormat.record, "lease": RedisFormat.lease,
        "previous": RedisFormat.lease, "last": RedisFormat.lease, "member": RedisFormat.member,
    ]

    @Test func all_AreEveryScriptOfTheFolder() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/RedisStores/Scripts")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let code = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let declared = code.matches(of: /static let \w+ = Script\(\s*"(\w+)"/).map { String($0.1) }
        #expect(Script.all.map(\.name).sorted() == declared.sorted())
    }

    @Test(arguments: Script.all.map(\.name)) func position_IsCountedNowhereButInTheFirstLines(name: String) throws {
        let script = try #require(Script.all.first { $0.name == name })
        let counted = script.text.split(separator: "\n").filter { $0.contains(/(KEYS|ARGV)\[/) }
        for line in counted {
            let isNaming =
                line.wholeMatch(
                    of: /local \w+ = ((number|tonumber)\()?(KEYS|ARGV)\[\d+\]\)?( == '1')?/) != nil
                || line.wholeMatch(of: /local function \w+\(place\) return (KEYS|ARGV)\[\d+ \+ place\] end/) != nil
            #expect(isNaming, "\(name): \(line)")
        }
        #expect(counted.count >= Keyspace.fixedNames.count + ScriptHead.arguments.names.count)
    }

    @Test(arguments: Script.all.map(\.name)) func field_IsOneOfTheTable(name: String) throws {
        let script = try #require(Script.all.first { $0.name == name })
        for match in script.text.matches(of: /\b(record|stored|lease|previous|last|member)\.([a-z_]+)/) {
            let hash = try #require(Self.hashes[String(match.1)])
            let field = String(match.2)
            let isKnown = hash.fields.contains { $0.name == field } || Self.beside.contains(field)
            #expect(isKnown, "\(name): \(match.0)")
        }
        let all = Set(RedisFormat.hashes.flatMap(\.fields).map(\.name))
        for call in script.text.matches(of: /'(HSET|HGET|HMGET|HINCRBY|HDEL)',([^)]*)/) {
            for word in call.2.matches(of: /'([a-z_]+)'/) {
                #expect(all.contains(String(word.1)), "\(name): \(word.0)")
            }
        }
        for call in script.text.matches(of: /lacks\(([^)]*)\)/) {
            for word in call.1.matches(of: /'([a-z_]+)'/) {
                #expect(all.contains(String(word.1)), "\(name): \(word.0)")
            }
        }
    }

    @Test func everyField_IsUsed_BesideItsTable() {
        var text = Script.all.map(\.text).joined()
        for hash in RedisFormat.hashes { text = text.replacing(hash.lua, with: "") }
        let words = Set(text.matches(of: /[A-Za-z_]+/).map { String($0.0) })
        for field in RedisFormat.hashes.flatMap(\.fields) { #expect(words.contains(field.name), "\(field.name)") }
    }

    @Test func names_AreWholeWords_AndDifferent() {
        for hash in RedisFormat.hashes {
            let names = hash.fields.map(\.name)
            #expect(Set(names).count == names.count)
            #expect(names.allSatisfy { $0.contains(/^[a-z]{2,}(_[a-z]{2,})*$/) }, "\(names)")
        }
    }

    /// Lua itself would take the second of two locals of one name without a word.
    @Test(arguments: Script.all.map(\.name)) func argument_HidesNoOther(name: String) throws {
        let script = try #require(Script.all.first { $0.name == name })
        let names = script.text.matches(of: /(?m)^local (\w+) = [^\n]*(KEYS|ARGV)\[/).map { String($0.1) }
        #expect(Set(names).count == names.count, "\(names)")
    }
}
