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
    /// `tok:wx0123456789abcdef (ver)`.
    public var description: String { field.map { "\(key) (\($0))" } ?? key }
}

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
