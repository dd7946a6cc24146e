internal import Crypto

/// A text that must not be printed: an AppSecret, the cluster's secret, a password of Redis.
///
/// It describes and reflects itself as `<redacted>`; only `reveal()` gives the text, so that every use can be found.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    init(_ text: String) { self.text = text }

    /// The text itself.
    ///
    /// For the one place that needs it, never for a log or an error.
    func reveal() -> String { text }

    var isEmpty: Bool { text.isEmpty }
    var count: Int { text.count }

    var description: String { "<redacted>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The SHA-256 digest of a client's key.
///
/// The key itself is never kept.
///
/// A plain digest, not a slow one, is right here: `keygen` makes keys of 256 random bits, which nobody can guess.
struct KeyDigest: Sendable, Hashable {
    let bytes: [UInt8]

    init(of key: String) { bytes = Array(SHA256.hash(data: Array(key.utf8))) }

    /// Reads 64 hexadecimal digits; nil if `hex` is anything else.
    init?(hex: String) {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
        guard digits.count == 64, hex.utf8.count == 64 else { return nil }
        bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    var hex: String {
        String(decoding: bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
