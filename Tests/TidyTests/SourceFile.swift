/// A Swift file taken apart, so that a check looks at code or at comments and never mistakes one for the other.
struct SourceFile: Sendable {
    /// Relative to the repository, as in `Sources/KeeperCore/Time/Instant.swift`.
    let path: String
    /// The lines as written.
    let lines: [String]
    /// The lines with comments and the text of string literals blanked, interpolated code kept; columns are kept.
    let code: [String]
    /// The lines with everything blanked but comments.
    let comments: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var reader = SourceReader(text)
        reader.read()
        code = reader.code.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        comments = reader.comments.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        textLines = reader.textLines
    }

    private let textLines: Set<Int>

    /// `Sources` or `Tests`.
    var folder: String { component(0) }

    /// The room: the folder below `Sources` or `Tests`.
    var room: String { component(1) }

    /// The file's name up to the extension, and up to the plus of `Type+Aspect.swift`.
    var baseName: String {
        let name = path.split(separator: "/").last ?? ""
        return String(name.prefix { $0 != "." && $0 != "+" })
    }

    private func component(_ index: Int) -> String {
        let parts = path.split(separator: "/")
        return index < parts.count ? String(parts[index]) : ""
    }

    /// Whether a line stands within a string literal of several lines, so that its length is none of ours.
    func isText(_ index: Int) -> Bool { textLines.contains(index) }

    /// Every identifier that occurs in the code.
    var words: Set<String> {
        Set(code.flatMap { line in line.split { !$0.isPartOfName }.map(String.init) })
    }

    /// Names after `keyword` in the code, as in `struct Name`.
    func names(after keyword: String) -> [String] {
        code.flatMap { line -> [String] in
            let words = line.split { !$0.isPartOfName }
            return words.indices.dropLast().filter { words[$0] == keyword }.map { String(words[$0 + 1]) }
        }
    }
}

extension Character {
    /// Whether it may stand within an identifier.
    var isPartOfName: Bool { isLetter || isNumber || self == "_" }
}

/// Separates code, comments and string literals, character by character.
private struct SourceReader {
    private let text: [Character]
    private var at = 0
    private(set) var code = ""
    private(set) var comments = ""
    /// Lines that begin within a string literal of several lines.
    private(set) var textLines: Set<Int> = []
    private var line = 0

    init(_ text: String) { self.text = Array(text) }

    mutating func read() {
        while at < text.count {
            if starts(with: "//") {
                while at < text.count, text[at] != "\n" { takeComment() }
            } else if starts(with: "/*") {
                readBlockComment()
            } else if let pounds = poundsBeforeQuote() {
                readString(pounds: pounds)
            } else {
                takeCode()
            }
        }
    }

    private func starts(with word: String) -> Bool {
        guard text[at] == word.first else { return false }
        return text[at...].starts(with: word)
    }

    /// How many `#` stand before a quotation mark that begins here; nil if no string literal begins here.
    private func poundsBeforeQuote() -> Int? {
        var end = at
        while end < text.count, text[end] == "#" { end += 1 }
        return end < text.count && text[end] == "\"" ? end - at : nil
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
            } else if starts(with: "*/") {
                depth -= 1
            } else {
                takeComment()
                continue
            }
            takeComment()
            takeComment()
        } while depth > 0 && at < text.count
    }

    private mutating func readString(pounds: Int) {
        let fence = String(repeating: "#", count: pounds)
        for _ in 0..<pounds { takeBlank() }
        let isLong = starts(with: "\"\"\"")
        let quote = isLong ? "\"\"\"" : "\""
        for _ in quote { takeCode() }
        while at < text.count, !starts(with: quote + fence) {
            if !isLong, text[at] == "\n" { return }
            if starts(with: "\\" + fence + "(") {
                for _ in 0..<(pounds + 2) { takeBlank() }
                readInterpolation()
            } else if starts(with: "\\" + fence) {
                for _ in 0..<(pounds + 2) where at < text.count { takeBlank() }
            } else {
                if text[at] == "\n" { textLines.insert(line + 1) }
                takeBlank()
            }
        }
        for _ in quote where at < text.count { takeCode() }
        for _ in 0..<pounds where at < text.count { takeBlank() }
    }

    /// Behind `\(`, up to and with the parenthesis that closes it.
    private mutating func readInterpolation() {
        var depth = 1
        while depth > 0, at < text.count {
            if text[at] == "\"" {
                readString(pounds: 0)
                continue
            }
            if text[at] == "(" { depth += 1 }
            if text[at] == ")" { depth -= 1 }
            if depth > 0 { takeCode() } else { takeBlank() }
        }
    }

    private mutating func takeCode() { take(code: text[at], comment: " ") }

    private mutating func takeComment() { take(code: " ", comment: text[at]) }

    private mutating func takeBlank() { take(code: " ", comment: " ") }

    private mutating func take(code newCode: Character, comment: Character) {
        let isEnd = text[at] == "\n"
        code.append(isEnd ? "\n" : newCode)
        comments.append(isEnd ? "\n" : comment)
        if isEnd { line += 1 }
        at += 1
    }
}
