/// Puts what variables bring into a URL as data: it never begins another part of the URL.
///
/// The parts are those of the text in the file, `scheme://user:password@host:port/path?query`. Before the `@` and in
/// the query everything is percent-encoded but letters, digits, `-`, `.`, `_` and `~`. The host keeps `:`, `[` and
/// `]`, so that a variable may hold `host:port`; the path keeps `/`.
enum URLSubstitution {
    /// Nil if nothing is encoded: no variable.
    ///
    /// One that brings the beginning of the URL with its scheme counts as text of the file; what others bring behind it
    /// does not.
    static func join(_ pieces: [Substitution.Piece]) -> String? {
        var pieces = pieces
        if let first = pieces.first, first.text.contains("://") { pieces[0].variable = nil }
        guard pieces.contains(where: { $0.variable != nil }), let start = authorityStart(of: pieces) else { return nil }
        let at = lastAt(of: pieces, from: start)
        var kept = at == nil ? keptInHost : keptNowhere
        var result = ""
        for (number, piece) in pieces.enumerated() {
            guard number > start.piece || piece.variable == nil else {
                // The scheme, or a part of it.
                result += piece.text
                continue
            }
            guard piece.variable == nil else {
                result += encode(piece.text, keeping: kept)
                continue
            }
            result += piece.text
            kept = part(after: piece.text, number, start, at, kept)
        }
        return result
    }

    private typealias Position = (piece: Int, offset: Int)

    private static let keptNowhere: Set<UInt8> = []
    private static let keptInHost = Set(":[]".utf8)
    private static let keptInPath = Set("/".utf8)

    /// Where the `://` ends that stands in the file.
    private static func authorityStart(of pieces: [Substitution.Piece]) -> Position? {
        for (number, piece) in pieces.enumerated() where piece.variable == nil {
            let bytes = Array(piece.text.utf8)
            for offset in bytes.indices where bytes[offset...].starts(with: "://".utf8) {
                return (number, offset + 3)
            }
        }
        return nil
    }

    /// The `@` that stands in the file and ends user and password.
    private static func lastAt(of pieces: [Substitution.Piece], from start: Position) -> Position? {
        var found: Position?
        for (number, piece) in pieces.enumerated() where piece.variable == nil && number >= start.piece {
            for (offset, byte) in piece.text.utf8.enumerated()
            where number > start.piece || offset >= start.offset {
                if byte == UInt8(ascii: "@") { found = (number, offset) }
                // Not an `@` of the path.
                if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") { return found }
            }
        }
        return found
    }

    /// What is kept in the part of the URL that goes on behind a piece of the file.
    private static func part(
        after text: String,
        _ number: Int,
        _ start: Position,
        _ at: Position?,
        _ before: Set<UInt8>
    ) -> Set<UInt8> {
        var kept = before
        for (offset, byte) in text.utf8.enumerated() where number > start.piece || offset >= start.offset {
            if let at, (number, offset) < at { continue }
            switch byte {
            case UInt8(ascii: "@") where at.map { $0 == (number, offset) } ?? false: kept = keptInHost
            case UInt8(ascii: "/") where kept == keptInHost: kept = keptInPath
            case UInt8(ascii: "?"), UInt8(ascii: "#"): kept = keptNowhere
            default: break
            }
        }
        return kept
    }

    private static func encode(_ text: String, keeping kept: Set<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            case _ where kept.contains(byte):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
