extension RequestURL {
    /// This URL with `path` added to its own and `query` in the place of its own.
    ///
    /// Names and values may hold anything: every byte that is not unreserved (RFC 3986, 2.3) is percent-encoded, in the
    /// path all but the slash. So there is nothing that could fail.
    public func appending(path: String, query: [(name: String, value: String)] = []) -> RequestURL {
        let base = self.path.hasSuffix("/") ? String(self.path.dropLast()) : self.path
        let pairs = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
        return RequestURL(
            self,
            path: base + Self.encoded(path, keeping: [UInt8(ascii: "/")]),
            query: pairs.isEmpty ? nil : pairs.joined(separator: "&")
        )
    }

    private static func encoded(_ text: String, keeping kept: [UInt8] = []) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.contains(byte) {
                result.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%\(byte < 16 ? "0" : "")\(digits)".utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
