/// What a node keeps, in one short word: nodes with the same word keep the same apps and tickets by the same lines.
///
/// Members tell it with every tick, so that a list of ten thousand apps is compared without being sent. It is a check
/// against mistakes and proves nothing: FNV-1a, 64 bits (https://www.rfc-editor.org/rfc/rfc9923), in hexadecimal.
public struct AppsDigest: Hashable, Sendable, CustomStringConvertible {
    /// The number that the word writes: it stands in every tick and every member, where a text would be counted as it
    /// is copied.
    private let hash: UInt64

    /// Reads a word that a member has told; nil if no node tells such a word.
    public init?(_ word: String) {
        guard word.utf8.count == 16, word.allSatisfy(\.isHexDigit), let hash = UInt64(word, radix: 16) else {
            return nil
        }
        self.hash = hash
    }

    /// The word for these apps, in whatever order.
    public init(of apps: [AppSettings]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ text: String) {
            // No name holds the byte that ends it.
            for byte in text.utf8 + [0] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        for app in apps.sorted(by: { $0.id < $1.id }) {
            add(app.id.rawValue)
            add(app.line.name)
        }
        self.hash = hash
    }

    /// The word.
    public var rawValue: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// As it is written in logs.
    public var description: String { rawValue }
}
