import Foundation
import KeeperCore
import Testing

/// `docs/protocol.md` against the rules in the code, so that the page cannot rot.
@Suite struct ProtocolPageTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs")
    private let page: String

    init() throws { page = try String(contentsOf: Self.docs.appending(path: "protocol.md"), encoding: .utf8) }

    /// The cells of each row that begins with the name of a rule, in the tables at the end.
    private var rows: [[Substring]] {
        let tables = page.split(separator: "## The rules and where they are asked").last ?? ""
        return tables.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { $0.split(separator: "|").map { $0.trimming(" ") } }
    }

    private func names(in cell: Substring) -> [String] { cell.matches(of: /`([^`]+)`/).map { String($0.1) } }

    @Test func everyRule_StandsInTheTables_Once() {
        let named = rows.flatMap { names(in: $0[0]) }
        #expect(named.sorted() == Rule.allCases.map(\.name).sorted())
    }

    @Test func everyRule_IsExplained_BeforeTheTables() {
        let text = page.split(separator: "## The rules and where they are asked").first ?? ""
        for rule in Rule.allCases { #expect(text.contains("`\(rule.name)`"), "\(rule.name)") }
    }

    /// Each question is declared in the file that the row links.
    @Test func everyQuestion_IsAskedWhereThePageSays() throws {
        for row in rows where row.count == 3 {
            let path = try #require(row[2].firstMatch(of: /\]\(([^)]+)\)/)).1
            let code = try String(contentsOf: Self.docs.appending(path: String(path)), encoding: .utf8)
            for question in names(in: row[1]) { #expect(Self.declares(question, in: code), "\(question)") }
        }
    }

    /// Whether `name` or `Type.name(label:label:)` is declared.
    private static func declares(_ question: String, in code: String) -> Bool {
        let name = question.split(separator: ".").last ?? ""
        guard let open = name.firstIndex(of: "(") else { return code.contains("var \(name):") }
        let labels = name[open...].dropFirst().dropLast().split(separator: ":").map(String.init)
        return code.split(separator: "func \(name[..<open])(").dropFirst().contains { rest in
            var depth = 0
            let parameters = rest.prefix { character in
                depth += "([".contains(character) ? 1 : ")]".contains(character) ? -1 : 0
                return depth >= 0
            }
            let found = parameters.split(separator: ",").compactMap { $0.split(whereSeparator: \.isWhitespace).first }
            return found.map { $0.trimming(":") } == labels.map { $0[...] }
        }
    }
}

extension Substring {
    /// Without these characters at both ends.
    fileprivate func trimming(_ character: Character) -> Substring {
        var rest = self.drop { $0 == character }
        while rest.last == character { rest.removeLast() }
        return rest
    }
}
