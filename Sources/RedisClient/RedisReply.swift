/// What Redis answered to one command, in the words of its protocol (RESP2).
public enum RedisReply: Sendable, Equatable {
    /// A short line such as `OK`.
    case status(String)
    /// A failure. At the top of a reply it is thrown as `RedisError.rejected`; only inside an array is it found here.
    case error(String)
    /// A whole number.
    case integer(Int64)
    /// A string of bytes, maybe empty, maybe not text.
    case bulk([UInt8])
    /// At most seven arrays deep.
    case array([RedisReply])
    /// Nothing: a missing key, a `nil` or `false` of a script.
    case null
}

extension RedisReply {
    /// The bytes of a bulk or a status.
    public var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .status(let line): Array(line.utf8)
        case .error, .integer, .array, .null: nil
        }
    }

    /// The text of a bulk or a status; nil as well where the bytes are not UTF-8.
    public var text: String? {
        bytes.flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The number of an integer reply, or that a bulk spells (a script's numbers above 2^53 travel as text).
    public var number: Int64? {
        if case .integer(let value) = self { return value }
        return text.flatMap { Int64($0) }
    }

    /// The elements of an array.
    public var elements: [RedisReply]? {
        if case .array(let elements) = self { return elements }
        return nil
    }
}

/// One message of a channel this connection has subscribed to.
public struct RedisMessage: Sendable, Equatable {
    /// The channel it was published on.
    public let channel: String
    /// What was published.
    public let payload: [UInt8]

    /// A message as it would come.
    public init(channel: String, payload: [UInt8]) {
        self.channel = channel
        self.payload = payload
    }

    /// Reads the three parts of a `message` push; nil if they are no such thing.
    init?(_ reply: RedisReply) {
        guard let parts = reply.elements, parts.count == 3, parts[0].text == "message",
            let channel = parts[1].text, let payload = parts[2].bytes
        else { return nil }
        self.init(channel: channel, payload: payload)
    }
}
