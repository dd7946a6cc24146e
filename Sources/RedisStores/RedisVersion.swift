/// A version of Redis, as `INFO` tells it.
public struct RedisVersion: Comparable, Sendable, CustomStringConvertible {
    /// The first two numbers.
    let major: Int, minor: Int

    /// The scripts need it: until 4.0 `HSET` takes one field at a time, and until 5.0 a script that has asked for the
    /// time may not write.
    public static let least = RedisVersion(major: 5, minor: 0)

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `7.0.15`; nil for what is no such thing.
    public init?(_ text: String) {
        let numbers = text.split(separator: ".").map { Int($0) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    /// The older is less.
    public static func < (left: RedisVersion, right: RedisVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// `5.0`.
    public var description: String { "\(major).\(minor)" }
}
