/// Something a check did not like.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    init(_ file: SourceFile, line index: Int, _ message: String) {
        path = file.path
        line = index + 1
        self.message = message
    }

    var description: String { "\(path):\(line): \(message)" }
}

/// The checks that look at one file.
///
/// Each is a function of text alone, so that a planted fault can show it works.
enum Tidy {
    static let longestFile = 300
    static let longestFunction = 40
    static let longestLine = 120
    /// Most stored properties of a type; one that needs more is several.
    static let mostStoredProperties = 15
    /// How far above a use its `// SAFETY:` may begin if it stands outside the function of that use.
    static let safetyReach = 6

    static func lengths(_ file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        if count > longestFile {
            findings.append(Finding(file, line: 0, "\(count) lines; split the file, \(longestFile) are allowed"))
        }
        for (index, line) in file.lines.enumerated() where line.count > longestLine && !file.isText(index) {
            findings.append(Finding(file, line: index, "\(line.count) columns; \(longestLine) are allowed"))
        }
        for function in functions(in: file) where function.count > longestFunction {
            findings.append(
                Finding(
                    file, line: function.lowerBound,
                    "a function of \(function.count) lines; \(longestFunction) are allowed"))
        }
        return findings
    }

    /// Types that hold too much for anybody to keep in mind.
    static func wideTypes(_ file: SourceFile) -> [Finding] {
        file.types.filter { $0.storedProperties > mostStoredProperties }.map { type in
            let message = "\(type.storedProperties) stored properties of `\(type.name)`"
            return Finding(file, line: type.line, "\(message); \(mostStoredProperties) are allowed")
        }
    }

    /// The lines of every function and initialiser with a body.
    static func functions(in file: SourceFile) -> [ClosedRange<Int>] {
        file.code.indices.compactMap { start in
            let words = file.code[start].split { !$0.isPartOfName }
            guard words.contains("func") || words.contains("init") && file.code[start].contains("init(") else {
                return nil
            }
            return bodyEnd(in: file, from: start).map { start...$0 }
        }
    }

    /// The line of the brace that closes the first brace opened outside parentheses; nil for a requirement or a call.
    private static func bodyEnd(in file: SourceFile, from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in start..<file.code.count {
            for character in file.code[index] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where parentheses == 0 || braces > 0: braces += 1
                case "}":
                    if braces == 0 { return nil }
                    braces -= 1
                    if braces == 0 { return index }
                default: break
                }
            }
            // The declaration is over and no body has begun.
            let isOver = parentheses == 0 && braces == 0 && index + 1 < file.code.count
            if isOver, !continues(file.code[index + 1]), !file.code[index].contains("{") { return nil }
        }
        return nil
    }

    /// Whether a line goes on with the declaration before it.
    private static func continues(_ line: String) -> Bool {
        let start = line.drop { $0 == " " }
        return ["{", ")", "->", "where", "async", "throws"].contains { start.hasPrefix($0) }
    }

    static func bans(_ file: SourceFile) -> [Finding] {
        Ban.all.filter { $0.applies(to: file) }.flatMap { ban in
            file.code.indices.filter { ban.occurs(in: file, at: $0) }.map { index in
                Finding(file, line: index, "`\(ban.text)`: \(ban.instead)")
            }
        }
    }

    /// Comments that put work off.
    static func unfinished(_ file: SourceFile) -> [Finding] {
        file.comments.indices.compactMap { index in
            let words = file.comments[index].split { !$0.isPartOfName }
            guard let word = words.first(where: { $0 == "FIX" + "ME" || $0 == "TO" + "DO" }) else { return nil }
            return Finding(file, line: index, "\(word): finish it, or put it into an issue")
        }
    }

    /// Exceptions to the compiler's judgement stay with the C libraries and at one system call, and are signed.
    static func unsafety(_ file: SourceFile) -> [Finding] {
        let marks = ["@unchecked", "unsafe", "unowned(unsafe)"]
        return file.code.indices.compactMap { index in
            guard let mark = marks.first(where: { file.code[index].containsWord($0) }) else { return nil }
            let isSystemCall = file.path == "Sources/KeeperHTTP/Reads/SocketWriter.swift"
            guard isSystemCall || ["RedisClient", "CurlClient"].contains(file.room) else {
                return Finding(file, line: index, "`\(mark)` belongs in RedisClient, CurlClient and SocketWriter only")
            }
            let reach = min(declaration(around: index, in: file), index - safetyReach)
            let near = file.comments[max(0, reach)...index]
            guard !near.contains(where: { $0.contains("// SAFETY:") }) else { return nil }
            return Finding(file, line: index, "`\(mark)` needs a `// SAFETY:` line above it that says why it holds")
        }
    }

    /// The line on which the function or property around a line begins.
    private static func declaration(around index: Int, in file: SourceFile) -> Int {
        file.code[...index].lastIndex { line in
            line.hasSuffix("{") && ["func", "init", "deinit", "var"].contains { line.containsWord($0) }
        } ?? index
    }

    /// The order of a hashed collection changes from process to process, so the core decides nothing by it.
    static func hashedOrder(_ file: SourceFile) -> [Finding] {
        guard file.folder == "Sources", file.room == "KeeperCore" else { return [] }
        return file.code.indices.compactMap { index in
            let line = file.code[index]
            let isHashed = [".keys", ".values"].contains { line.containsWord($0) }
            guard isHashed, !line.contains(".sorted"), !line.contains(".count") else { return nil }
            return Finding(file, line: index, "sort the keys, or keep an array beside: the order of a hash is chance")
        }
    }
}

extension String {
    /// Whether `text` occurs and is not part of a longer name.
    func containsWord(_ text: String) -> Bool {
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            let before = range.lowerBound == startIndex ? nil : self[index(before: range.lowerBound)]
            let after = range.upperBound == endIndex ? nil : self[range.upperBound]
            let beginsName = text.first?.isPartOfName ?? false
            let endsName = text.last?.isPartOfName ?? false
            if !(beginsName && before?.isPartOfName ?? false), !(endsName && after?.isPartOfName ?? false) {
                return true
            }
            rest = self[range.upperBound...]
        }
        return false
    }
}
