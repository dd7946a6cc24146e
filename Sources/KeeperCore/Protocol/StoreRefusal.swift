/// What the store says against a command, in words for people.
///
/// It did answer: nobody need look at the network.
public struct StoreRefusal: Hashable, Sendable {
    /// One word for machines, such as `OOM`; the same as long as the reason is the same.
    public var code: String
    /// What is wrong, one clause.
    ///
    /// Holds no key, no value and no secret.
    public var reason: String
    /// What somebody should do about it, one clause.
    public var deed: String

    /// Longer words are cut.
    public static let longest = 240

    /// Describes a refusal.
    public init(code: String, reason: String, deed: String) {
        self.code = String(code.prefix(40))
        self.reason = String(reason.prefix(Self.longest))
        self.deed = String(deed.prefix(Self.longest))
    }
}

extension StoreRefusal: CustomStringConvertible {
    /// Reason and deed in one sentence.
    public var description: String { "\(reason) (\(code)); \(deed)" }
}
