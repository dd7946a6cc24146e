/// One argument of a command: any bytes.
///
/// A command is an array of these and may be written as literals: `["SET", key, 1]`.
public struct RedisArgument: Sendable, Hashable {
    /// What is sent.
    public let bytes: [UInt8]

    /// An argument of raw bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The text in UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// The number in decimal digits.
    public init(_ number: some BinaryInteger) { self.init(String(number)) }
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The literal in UTF-8.
    public init(stringLiteral text: String) { self.init(text) }
    /// The literal in decimal digits.
    public init(integerLiteral number: Int) { self.init(number) }
}

extension RedisArgument: CustomStringConvertible, CustomReflectable {
    /// The length alone: an argument may be a password or a token.
    public var description: String { "<\(bytes.count) bytes>" }
    /// Nothing to see.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
