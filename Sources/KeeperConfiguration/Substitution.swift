/// Replaces `${NAME}` by the variable's value, in one value of the configuration.
///
/// `$${` stands for a plain `${`.
enum Substitution {
    enum Failure: Error, Equatable {
        /// A `${` without a name and a `}`.
        case malformed
        case unset(String)
    }

    /// A stretch of a value: as it stands in the file, or as a variable brought it.
    struct Piece: Sendable, Equatable {
        var text: String
        /// The variable it came from; nil for what stands in the file.
        var variable: String?
    }

    /// What is put in is not looked at again, so a variable's value may hold anything.
    static func apply(to text: String, environment: (String) -> String?) throws(Failure) -> String {
        try pieces(of: text, environment: environment).map(\.text).joined()
    }

    /// The value in pieces, so that whoever reads it can tell data from syntax.
    static func pieces(of text: String, environment: (String) -> String?) throws(Failure) -> [Piece] {
        var pieces: [Piece] = []
        var literal = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else { throw .malformed }
                let name = String(rest[..<end].dropFirst(2))
                guard isName(name) else { throw .malformed }
                guard let value = environment(name) else { throw .unset(name) }
                if !literal.isEmpty { pieces.append(Piece(text: literal)) }
                literal = ""
                pieces.append(Piece(text: value, variable: name))
                rest = rest[end...].dropFirst()
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        literal += rest
        if !literal.isEmpty { pieces.append(Piece(text: literal)) }
        return pieces
    }

    /// Letters, digits and `_`, no digit first: what a shell can export.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 256 else { return false }
        return !isDigit(first) && name.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
