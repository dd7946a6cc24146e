/// What was found spoiled lately, each told once.
struct SpoilageBook: Sendable {
    /// What is not seen for so long has been put right.
    static let memory: Duration = .seconds(60)
    /// At most so much is remembered.
    static let most = 64

    private var entries: [(what: Spoilage, lastSeen: Instant)] = []

    /// All of it, first seen first.
    func all(at now: Instant) -> [Spoilage] {
        entries.filter { now - $0.lastSeen <= Self.memory }.map(\.what)
    }

    /// Takes in what one reading has found, and says what is new.
    mutating func note(_ found: [Spoilage], at now: Instant, into out: inout Outbox) {
        guard !found.isEmpty || !entries.isEmpty else { return }
        entries.removeAll { now - $0.lastSeen > Self.memory }
        for what in found {
            if let index = entries.firstIndex(where: { $0.what == what }) {
                entries[index].lastSeen = now
            } else if entries.count < Self.most {
                entries.append((what, now))
                out.note(.store(.spoiled(what)))
            }
        }
    }
}
