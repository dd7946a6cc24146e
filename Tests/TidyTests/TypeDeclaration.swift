/// A type that a file declares.
struct TypeDeclaration: Equatable {
    let name: String
    /// Whether it stands within no other type.
    let isTopLevel: Bool
    /// Whether only the file sees it.
    let isPrivate: Bool
    /// The line of its name.
    let line: Int
    /// How many properties of it are stored, those of the type itself left out.
    var storedProperties = 0
}

extension SourceFile {
    /// The folder within the room; "" for a file that stands in none.
    var subfolder: String {
        let parts = path.split(separator: "/")
        return parts.count > 3 ? String(parts[2]) : ""
    }

    /// Every type the file declares, outer ones before those within.
    var types: [TypeDeclaration] {
        var types: [TypeDeclaration] = []
        // To which of them each open brace belongs.
        var open: [Int?] = []
        var begun: Int?
        for (index, line) in code.enumerated() {
            let tokens = Self.tokens(of: line)
            if let around = open.last, let around {
                types[around].storedProperties += storedProperties(at: index, tokens)
            }
            for (at, token) in tokens.enumerated() {
                switch token {
                case "{":
                    open.append(begun)
                    begun = nil
                case "}":
                    _ = open.popLast()
                case "struct", "enum", "class", "actor", "protocol", "typealias":
                    guard at + 1 < tokens.count, tokens[at + 1].first?.isUppercase ?? false else { break }
                    if token != "typealias" { begun = types.count }
                    let isPrivate = tokens[..<at].contains { $0 == "private" || $0 == "fileprivate" }
                    types.append(
                        TypeDeclaration(
                            name: tokens[at + 1], isTopLevel: open.isEmpty, isPrivate: isPrivate, line: index))
                default: break
                }
            }
        }
        return types
    }

    /// The words of a line and the braces and signs between them.
    private static func tokens(of line: String) -> [String] {
        var tokens: [String] = []
        var isInWord = false
        for character in line {
            if character.isPartOfName, isInWord {
                tokens[tokens.count - 1].append(character)
            } else if character != " " {
                tokens.append(String(character))
            }
            isInWord = character.isPartOfName
        }
        return tokens
    }

    /// How many stored properties of an instance the line declares, if it stands in a type's own body.
    private func storedProperties(at index: Int, _ tokens: [String]) -> Int {
        guard let at = tokens.firstIndex(where: { $0 == "var" || $0 == "let" }),
            !tokens[..<at].contains(where: { ["static", "case", "func", "{"].contains($0) })
        else { return 0 }
        let declaration = tokens[(at + 1)...]
        if let brace = declaration.firstIndex(of: "{"), !declaration[..<brace].contains("=") {
            let near = code[index..<min(index + 2, code.count)]
            guard near.contains(where: { $0.containsWord("didSet") || $0.containsWord("willSet") }) else { return 0 }
        }
        // Of `(a, b) = (1, 2)` the names, of `a = 1, b = 2` what stands between commas outside of brackets.
        if declaration.first == "(" { return declaration.prefix { $0 != ")" }.count { $0 == "," } + 1 }
        var depth = 0
        var count = 1
        for token in declaration {
            if ["(", "[", "{", "<"].contains(token) { depth += 1 }
            if [")", "]", "}", ">"].contains(token) { depth -= 1 }
            if token == ",", depth == 0 { count += 1 }
        }
        return count
    }
}
