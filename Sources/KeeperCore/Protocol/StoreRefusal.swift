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

extension StoreRefusal {
    /// The number of the form in which this version keeps things in the store.
    public static let knownFormat = 1
    /// The code of `unknownFormat`.
    public static let formatCode = "FORMAT"

    /// What lies there was written by a version that keeps things in another form: nothing of it is believed, and
    /// nothing is changed.
    /// - Parameter found: nil where there is no number, or what is none.
    public static func unknownFormat(_ found: Int?) -> StoreRefusal {
        let foundFormat = found.map { "format \($0)" } ?? "no format number"
        return StoreRefusal(
            code: formatCode,
            reason: "the keys of this cluster in Redis have \(foundFormat), and this version of wxkeeper knows format "
                + "\(knownFormat) only",
            deed: "run the version that wrote them on every node, or give this cluster a cluster.name of its own")
    }
}
