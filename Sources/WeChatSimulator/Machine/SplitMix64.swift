/// The machine's source of chance: same seed, same tokens.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A token of `length` characters from the alphabet WeChat uses.
    mutating func token(length: Int) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity(length)
        for _ in 0..<length { characters.append(Self.alphabet[Int(next() >> 58)]) }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Eight hexadecimal digits.
    mutating func group() -> String { hexadecimal(UInt32(truncatingIfNeeded: next())) }

    /// So many decimal digits, at most nineteen.
    mutating func digits(_ count: Int) -> String { String(String(next() | 1 << 63).suffix(count)) }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}

/// Eight hexadecimal digits, leading zeros kept.
func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
