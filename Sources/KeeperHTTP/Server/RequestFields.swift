internal import NIOHTTP1

/// The headers of a request that matter to its framing and to the connection, found in one pass.
struct RequestFields {
    enum Offer {
        /// No other protocol is offered, or not for this connection.
        case none
        /// One is, and NIO's parser sees it as we do.
        case clear
        /// The words are there, but not in the form in which both are sure to see the same.
        case unclear
    }

    var hosts: [String] = []
    var connection: [String] = []
    var expectations: [String] = []
    var hasContentLength = false
    var contentLength: Int?
    var transferEncoding: String?
    var contentEncoding: String?
    private var hasUpgrade = false
    private var isUpgradeEmpty = false
    private var isOfferedByProxy = false
    /// As NIO's parser compares it: with tabs before it, but none after.
    private var isOfferClear = false

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers { note(name, value) }
    }

    private mutating func note(_ name: String, _ text: String) {
        let value = Self.withoutBlanksBehind(text)
        // Most names are told apart by their length alone.
        switch name.utf8.count {
        case 4 where name.lowercased() == "host": hosts.append(value)
        case 6 where name.lowercased() == "expect": expectations += Self.list(value)
        case 7 where name.lowercased() == "upgrade":
            hasUpgrade = true
            if value.isEmpty { isUpgradeEmpty = true }
        case 10 where name.lowercased() == "connection":
            connection += Self.list(value)
            if !isOfferClear {
                isOfferClear = value.split(separator: ",").contains { token in
                    let end = token.drop { $0 == " " || $0 == "\t" }
                    return end.prefix(7).lowercased() == "upgrade" && end.dropFirst(7).allSatisfy { $0 == " " }
                }
            }
        case 14 where name.lowercased() == "content-length":
            hasContentLength = true
            contentLength = Int(value)
        case 16 where name.lowercased() == "content-encoding": contentEncoding = value.lowercased()
        case 16 where name.lowercased() == "proxy-connection":
            isOfferedByProxy = value.lowercased().contains("upgrade")
        case 17 where name.lowercased() == "transfer-encoding":
            transferEncoding = transferEncoding.map { "\($0), \(value)" } ?? value.lowercased()
        default: break
        }
    }

    var offer: Offer {
        guard hasUpgrade else { return .none }
        if isOfferClear, !isUpgradeEmpty { return .clear }
        return isOfferedByProxy || connection.contains { $0.contains("upgrade") } ? .unclear : .none
    }

    /// Blanks behind a value are no part of it, and NIO leaves them there.
    ///
    /// Tabs stay: its parser takes `chunked` and a tab for another coding, and two readers of one stream must never
    /// disagree.
    private static func withoutBlanksBehind(_ text: String) -> String {
        guard text.utf8.last == UInt8(ascii: " ") else { return text }
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    /// The members of a list, in lower case and without the empty ones.
    private static func list(_ value: String) -> [String] {
        value.split(separator: ",").compactMap { member in
            let text = member.drop { $0 == " " || $0 == "\t" }
            let end = text.lastIndex { $0 != " " && $0 != "\t" }
            return end.map { text[...$0].lowercased() }
        }
    }
}
