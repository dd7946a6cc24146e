internal import KeeperCore
internal import RedisClient

/// Reads a script's reply from left to right.
///
/// What does not fit is an error, never a crash.
struct ReplyReader {
    private var elements: ArraySlice<RedisReply>

    /// A reader of an array.
    init(_ reply: RedisReply) throws(StoreError) {
        guard let elements = reply.elements else { throw Self.unreadable }
        self.elements = elements[...]
    }

    /// The script and this program do not agree; or a value in Redis is not of our making.
    static let unreadable = StoreError.rejected(
        StoreRefusal(
            code: "UNREADABLE", reason: "a script has answered what this program does not understand",
            deed: "let every node run the same version"))

    private mutating func next() throws(StoreError) -> RedisReply {
        guard let element = elements.popFirst() else { throw Self.unreadable }
        return element
    }

    mutating func text() throws(StoreError) -> String {
        guard let text = try next().text else { throw Self.unreadable }
        return text
    }

    /// Words for people, of whatever bytes.
    mutating func wording() throws(StoreError) -> String {
        guard let bytes = try next().bytes else { throw Self.unreadable }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func number() throws(StoreError) -> Int64 {
        guard let number = try next().number else { throw Self.unreadable }
        return number
    }

    /// What every reply begins with: the server's clock, the store's name, and what was found spoiled.
    mutating func head() throws(StoreError) -> (now: Duration, store: String, spoiled: [Spoilage]) {
        (try milliseconds(), try text(), try list(Spoilage.read))
    }

    /// A counter: a number that is not negative.
    mutating func count() throws(StoreError) -> UInt64 {
        UInt64(max(0, try number()))
    }

    mutating func flag() throws(StoreError) -> Bool {
        try number() != 0
    }

    mutating func milliseconds() throws(StoreError) -> Duration {
        .milliseconds(try number())
    }

    mutating func optionalNumber() throws(StoreError) -> Int64? {
        if elements.first == .null {
            elements.removeFirst()
            return nil
        }
        return try number()
    }

    /// An array, read by `body`; nil where the script said `false`.
    mutating func optional<Value>(
        _ body: (inout ReplyReader) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        let element = try next()
        guard element != .null else { return nil }
        var reader = try ReplyReader(element)
        return try body(&reader)
    }

    /// An array, read by `body`.
    mutating func required<Value>(
        _ body: (inout ReplyReader) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        guard let value = try optional(body) else { throw Self.unreadable }
        return value
    }

    /// An array of arrays, each read by `body`.
    mutating func list<Value>(
        _ body: (inout ReplyReader) throws(StoreError) -> Value
    ) throws(StoreError) -> [Value] {
        try required { (reader: inout ReplyReader) throws(StoreError) in
            var values: [Value] = []
            while !reader.elements.isEmpty { values.append(try reader.required(body)) }
            return values
        }
    }

    /// An array of texts.
    mutating func texts() throws(StoreError) -> [String] {
        try required { (reader: inout ReplyReader) throws(StoreError) in
            var values: [String] = []
            while !reader.elements.isEmpty { values.append(try reader.text()) }
            return values
        }
    }
}

extension Spoilage {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> Spoilage {
        let key = try reader.text()
        let field = try reader.text()
        return Spoilage(key: key, field: field.isEmpty ? nil : field)
    }
}
