/// The AppSecret of one app.
///
/// It prints as `<redacted>`.
public struct AppSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for the wire.
    let text: String

    /// Wraps a secret from the configuration.
    public init(_ text: String) { self.text = text }

    /// Never the secret.
    public var description: String { "<redacted>" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
