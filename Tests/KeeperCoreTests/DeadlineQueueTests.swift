import Testing

@testable import KeeperCore

@Suite struct DeadlineQueueTests {
    /// The truth to compare with: the deadlines themselves.
    private struct PlainQueue {
        var deadlines: [Instant?]

        var first: Instant? { deadlines.compactMap { $0 }.min() }

        mutating func pop(_ key: Int) -> Instant? {
            defer { deadlines[key] = nil }
            return deadlines[key]
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func queue_BehavesAsASortedArrayWould(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let count = 1 + Int.random(in: 0..<30, using: &random)
        var queue = DeadlineQueue(count: count)
        var plain = PlainQueue(deadlines: Array(repeating: nil, count: count))
        for _ in 0..<2000 {
            let key = Int.random(in: 0..<count, using: &random)
            let moment = Instant.seconds(Double(Int.random(in: 0..<50, using: &random)))
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                queue.set(key, nil)
                plain.deadlines[key] = nil
            case 1:
                let popped = queue.pop(at: moment)
                let earliest = plain.first.flatMap { $0 <= moment ? $0 : nil }
                let popAt = popped.flatMap { plain.pop($0) }
                try #require((popped == nil) == (earliest == nil) && popAt == earliest)
            default:
                queue.set(key, moment)
                plain.deadlines[key] = moment
            }
            try #require(queue.first == plain.first)
        }
    }

    @Test func keyTakenOut_HasNoDeadlineLeft() {
        var queue = DeadlineQueue(count: 2)
        queue.set(1, .seconds(5))
        queue.set(1, .seconds(3))
        #expect(queue.pop(at: .seconds(2)) == nil)
        #expect(queue.pop(at: .seconds(3)) == 1)
        #expect(queue.pop(at: .seconds(9)) == nil)
        #expect(queue.first == nil)
    }
}
