/// Other spellings of a path that callers and proxies send, and that mean the same.
///
/// Doubled slashes and slashes at the end count for nothing, and a letter may be percent-encoded. Case matters. Dots
/// are never followed: they serve to get past a proxy's rules. No caller is redirected either, since the new location
/// would hold the query, and with it a secret.
enum PathSpelling {
    /// The usual spelling of `path`; nil if it has none.
    static func usual(_ path: String) -> String? {
        var segments: [[UInt8]] = []
        for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
            let plain = unescaped(segment)
            guard plain != Array(".".utf8), plain != Array("..".utf8) else { return nil }
            segments.append(plain)
        }
        return "/" + segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }

    /// With the characters written out that need no escape (RFC 3986, 2.3), once: what comes of it is not read again.
    private static func unescaped(_ segment: Substring.UTF8View) -> [UInt8] {
        var plain: [UInt8] = []
        var rest = segment
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let character = character(rest.prefix(2)) {
                plain.append(character)
                rest = rest.dropFirst(2)
            } else {
                plain.append(byte)
            }
        }
        return plain
    }

    private static func character(_ digits: Substring.UTF8View) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            return byte
        default: return nil
        }
    }
}
