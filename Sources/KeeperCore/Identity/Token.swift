/// An access token.
///
/// It prints as `<redacted>`, so that no log or error can give it away by accident.
public struct Token: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The token itself, for the wire and for the caller who has the right to it.
    public let secret: String

    /// Wraps a token that came from WeChat, from the store or from a caller.
    public init(_ secret: String) { self.secret = secret }

    /// Never the secret itself.
    public var description: String { "<redacted>" }
    /// Never the secret itself, in a debugger neither.
    public var debugDescription: String { description }
    /// Nothing: a mirror would show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What may be shown of a token: a keyed hash, the same on every node of one cluster, of no use to anybody else.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 16 hexadecimal digits of HMAC-SHA256 under the cluster secret.
    public let rawValue: String

    /// Wraps digits computed by the shell.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// As it is written in logs.
    public var description: String { rawValue }
}
