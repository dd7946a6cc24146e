/// The parts of a request that must appear in no error text.
///
/// libcurl's messages are its own, may quote what it was given or what the server sent, and are cut at 255 bytes. So it
/// is not enough to look for a whole secret: a message that shares any run of six bytes with one is dropped.
struct Confidential {
    private static let runLength = 6
    private static let textLimit = 200

    private let parts: [[UInt8]]

    init(_ request: HTTPRequest) {
        let query = Array((request.url.query ?? "").utf8)
        let texts = request.headers.map { Array($0.value.utf8) } + [Array((request.proxy ?? "").utf8)]
        parts = ([query, Self.decoded(query), request.body] + texts).filter { !$0.isEmpty }
    }

    /// `text` made fit to be logged, or nil if it is empty or may hold a secret.
    func cleared(_ text: String) -> String? {
        guard !text.isEmpty, !isBetrayed(by: Array(text.utf8)) else { return nil }
        let visible = text.unicodeScalars.map { $0.value >= 0x20 && $0.value < 0x7F ? Character($0) : " " }
        return String(visible.prefix(Self.textLimit))
    }

    private func isBetrayed(by text: [UInt8]) -> Bool {
        let runs = Set(Self.runs(of: text, length: Self.runLength))
        return parts.contains { part in
            part.count < Self.runLength
                ? Self.runs(of: text, length: part.count).contains(part[...])
                : Self.runs(of: part, length: Self.runLength).contains { runs.contains($0) }
        }
    }

    private static func runs(of bytes: [UInt8], length: Int) -> some Sequence<ArraySlice<UInt8>> {
        (0..<max(0, bytes.count - length + 1)).lazy.map { bytes[$0..<$0 + length] }
    }

    /// The query with its percent escapes undone, as a server might quote it.
    private static func decoded(_ query: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = query[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(digits, radix: 16) {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
