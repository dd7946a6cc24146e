internal import KeeperCore

/// What a world asks of chance.
///
/// One generator decides everything, so a seed gives the same run again.
struct Chance: Sendable {
    private var generator: SplitMix64
    /// Nothing happens by chance, and everything is as quick as it can be: for a search that makes the choices itself.
    private let isStill: Bool

    init(seed: UInt64, isStill: Bool = false) {
        generator = SplitMix64(seed: seed)
        self.isStill = isStill
    }

    /// A seed for somebody else's chance.
    mutating func next() -> UInt64 { generator.next() }

    /// A number in `0..<1`.
    mutating func nextUnit() -> Double { isStill ? 0 : generator.nextUnit() }

    /// Whether something of this probability happens.
    mutating func chance(_ probability: Double) -> Bool { !isStill && generator.nextUnit() < probability }

    /// A number drawn evenly.
    mutating func number(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * nextUnit()
    }

    /// A time until something that happens every `mean` seconds, but at least a millisecond.
    mutating func interval(mean: Double) -> Double {
        // -ln(u) by halving: ln 2 for each factor of two, then the series of a number near 1.
        var unit = max(nextUnit(), 1e-9)
        var sum = 0.0
        while unit < 0.75 {
            unit *= 2
            sum += 0.693_147_180_559_945_3
        }
        let rest = 1 - unit
        sum += rest + rest * rest / 2 + rest * rest * rest / 3
        return max(mean * sum, 0.001)
    }

    /// An index below `count`.
    mutating func index(_ count: Int) -> Int { isStill ? 0 : Int(generator.next() % UInt64(count)) }

    /// One of the elements.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[index(elements.count)] }
}
