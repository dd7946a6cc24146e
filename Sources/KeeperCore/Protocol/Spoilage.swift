/// Something in the store that is not as any node wrote it.
///
/// It counts as lost, and takes nothing else with it.
public struct Spoilage: Hashable, Sendable {
    /// The last part of the key's name: `lease`, `tok:wx0123456789abcdef`, `member:a`.
    ///
    /// Holds no secret.
    public var key: String
    /// The field that is no text, no number or missing; nil: the whole key is of another type.
    public var field: String?

    /// Describes what was found.
    public init(key: String, field: String?) {
        self.key = key
        self.field = field
    }
}

extension Spoilage: CustomStringConvertible {
    /// `tok:wx0123456789abcdef (version)`.
    public var description: String { field.map { "\(key) (\($0))" } ?? key }
}
