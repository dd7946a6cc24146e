/// Durations as people write them in the configuration: a number and a unit, `200ms`, `1.5s`, `5m`, `2h`.
package enum DurationText {
    /// The longest duration that can be written; keeps every later sum far from overflow.
    static let longest = Duration.seconds(366 * 86_400)

    private static let millisecondsPerUnit = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]

    /// Reads `text`; nil if it has no unit, more than three decimals, a fraction of a millisecond, or is too long.
    package static func parse(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = millisecondsPerUnit[String(text.dropFirst(number.count))] else { return nil }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int(parts[0]), whole <= 100_000_000_000 else { return nil }
        var milliseconds = whole * unit
        if parts.count == 2 {
            guard (1...3).contains(parts[1].count), let thousandths = Int(parts[1].padded(to: 3)) else { return nil }
            guard thousandths * unit % 1000 == 0 else { return nil }
            milliseconds += thousandths * unit / 1000
        }
        let duration = Duration.milliseconds(milliseconds)
        return duration <= longest ? duration : nil
    }

    /// Writes `duration`, to the nearest millisecond, in the largest unit that fits: `6s`, `1.5s`, `375ms`, `5m`, `2h`.
    package static func write(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int((Double(attoseconds) / 1e15).rounded())
        switch milliseconds {
        case 0: return "0s"
        case let value where value % 3_600_000 == 0: return "\(value / 3_600_000)h"
        case let value where value % 60_000 == 0: return "\(value / 60_000)m"
        case let value where value % 1000 == 0: return "\(value / 1000)s"
        case let value where abs(value) < 1000: return "\(value)ms"
        default: return "\(Double(milliseconds) / 1000)s"
        }
    }
}

extension Substring {
    /// The digits with zeros after them, up to `count`.
    fileprivate func padded(to count: Int) -> String {
        String(self) + String(repeating: "0", count: Swift.max(0, count - self.count))
    }
}
