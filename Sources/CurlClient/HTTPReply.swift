/// A complete answer that arrived before the deadline.
///
/// Its body may be a token: nothing that prints this value shows the body or a header.
public struct HTTPReply: Sendable, Equatable {
    /// The status of the final answer, not of a `1xx` before it.
    public let status: Int
    /// At most the request's `bodyLimit` bytes.
    public let body: [UInt8]
    /// Of the final answer, in their order.
    let headers: HeaderLines

    /// The value of the first header of this name; upper and lower case are the same.
    public func header(_ name: String) -> String? { headers.first(name) }
}

extension HTTPReply: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Status and size.
    public var description: String { "status \(status), \(body.count) bytes" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows nothing but the description.
    public var customMirror: Mirror { Mirror(self, children: ["reply": description]) }
}

/// The header lines of an answer as they come in, with a limit.
struct HeaderLines: Sendable, Equatable {
    /// Bytes of all header lines of one exchange, interim answers and trailers included.
    ///
    /// Far above WeChat's 300.
    static let byteLimit = 16 * 1024

    private struct Line: Equatable {
        let name: String
        let value: String
    }

    /// Whether the empty line after the last header has come.
    private(set) var isComplete = false
    private var lines: [Line] = []
    private var byteCount = 0

    /// Takes the next line; false if the lines have become too many.
    ///
    /// A status line begins a new answer: what an interim one (`100 Continue`) said is forgotten.
    mutating func append(_ bytes: some Collection<UInt8>) -> Bool {
        byteCount += bytes.count
        guard byteCount <= Self.byteLimit else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            lines.removeAll()
            isComplete = false
        } else if text == "\r\n" || text == "\n" {
            isComplete = true
        } else if let colon = text.firstIndex(of: ":") {
            lines.append(Line(name: text[..<colon].lowercased(), value: Self.trimmed(text[colon...].dropFirst())))
        }
        return true
    }

    func first(_ name: String) -> String? {
        let name = name.lowercased()
        return lines.first { $0.name == name }?.value
    }

    private static func trimmed(_ text: Substring) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
