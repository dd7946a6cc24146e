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
        guard refusal != nil || !standing.isEmpty else { return }
        standing.removeAll { $0.kind == kind || now - $0.lastSeen > Self.memory }
        if let refusal { standing.append((kind, refusal, now)) }
    }
}
