internal import Crypto

/// SHA-256 of a client key: all that is kept of the key.
///
/// Two digests are compared in a time that does not depend on where they differ, and print as `<redacted>`.
public struct KeyDigest: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private let words: SIMD4<UInt64>

    /// The digest of a key as a client presents it.
    public init(of key: String) {
        self.init(SHA256.hash(data: Array(key.utf8)))
    }

    /// Reads 64 hexadecimal digits, as `sha256sum` prints them; nil if the text is anything else.
    public init?(hexadecimal text: String) {
        guard text.utf8.count == 64, let bytes = [UInt8](hexadecimal: text) else { return nil }
        self.init(bytes)
    }

    private init(_ bytes: some Sequence<UInt8>) {
        var words = SIMD4<UInt64>()
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    /// The digest as `sha256sum` prints it, for the configuration.
    ///
    /// Of a key of 256 random bits it tells nothing.
    public var hexadecimal: String {
        (0..<4).map { words[$0] }.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Looks at every word, whether or not an earlier one differs.
    public static func == (left: KeyDigest, right: KeyDigest) -> Bool {
        let difference = left.words ^ right.words
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }

    /// The first word alone: a dictionary then looks at the rest by `==`.
    public func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }

    /// Never the secret itself.
    public var description: String { "<redacted>" }
    /// Nothing: a mirror would show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
