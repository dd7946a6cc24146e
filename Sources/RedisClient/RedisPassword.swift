/// A password that does not print itself.
public struct RedisPassword: Sendable, Hashable {
    let text: String

    /// A password as the server knows it, already percent-decoded.
    public init(_ text: String) { self.text = text }
}

extension RedisPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Nothing to see, for `dump` neither.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
