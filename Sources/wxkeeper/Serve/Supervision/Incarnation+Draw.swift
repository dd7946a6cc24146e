internal import KeeperCore

extension Incarnation {
    /// 128 bits from the system's generator, which is a cryptographic one.
    static func draw() -> Incarnation {
        var generator = SystemRandomNumberGenerator()
        let halves = [generator.next(), generator.next()].map { (half: UInt64) in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return Incarnation(halves.joined())
    }
}
