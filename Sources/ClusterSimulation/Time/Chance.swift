internal import KeeperCore

/// What a world asks of chance. One generator decides everything, so a seed retells the story.
extension SplitMix64 {
    /// Whether something of this probability happens.
    mutating func chance(_ probability: Double) -> Bool { nextUnit() < probability }

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
    mutating func index(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    /// One of the elements.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[index(elements.count)] }
}
