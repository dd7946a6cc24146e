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

/// What the store refuses at present, by kind of command: one that is answered says nothing about another.
struct RefusalBook: Sendable {
    /// What was not refused again for so long counts as over, unless its like has been answered before.
    static let memory: Duration = .seconds(60)

    /// Kinds of commands that a store may treat differently.
    enum Kind: Int, Sendable {
        case tick, lease, credential
    }

    private var standing: [(kind: Kind, refusal: StoreRefusal, lastSeen: Instant)] = []

    /// What to show; the tick's own first.
    var current: StoreRefusal? { standing.min { $0.kind.rawValue < $1.kind.rawValue }?.refusal }

    /// Takes in how one command ended: refused, or answered.
    mutating func note(_ refusal: StoreRefusal?, of kind: Kind, at now: Instant) {
        standing.removeAll { $0.kind == kind || now - $0.lastSeen > Self.memory }
        if let refusal { standing.append((kind, refusal, now)) }
    }
}
