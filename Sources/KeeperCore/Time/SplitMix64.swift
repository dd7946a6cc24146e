/// A small seeded generator: the same seed retells the same story.
///
/// Chance is a value here. The shell seeds one from the system's generator; the simulator from the world's number.
/// It must not be used for anything that has to be hard to guess.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<1`.
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A duration drawn evenly from `range`.
    public mutating func nextDuration(in range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound).scaled(by: nextUnit())
    }

    /// `duration` made longer or shorter by at most `fraction` of itself.
    public mutating func jittered(_ duration: Duration, by fraction: Double) -> Duration {
        duration.scaled(by: 1 + fraction * (2 * nextUnit() - 1))
    }
}
