/// A moment on this node's boot clock, counted from an origin that the shell chose at start.
///
/// The core never asks what time it is: `now` is an argument of everything that needs it. The shell converts to and
/// from `ContinuousClock.Instant`, which on Linux is `CLOCK_BOOTTIME` and so counts a suspended machine's sleep too.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Time since the shell's origin.
    public let sinceOrigin: Duration

    /// The moment `sinceOrigin` after the origin.
    public init(_ sinceOrigin: Duration) { self.sinceOrigin = sinceOrigin }

    /// The shell's origin.
    public static let origin = Instant(.zero)

    /// The moment so many seconds after the origin.
    public static func seconds(_ seconds: Double) -> Instant { Instant(.seconds(seconds)) }

    public var description: String { "\(sinceOrigin)" }

    public static func < (left: Instant, right: Instant) -> Bool { left.sinceOrigin < right.sinceOrigin }
    /// The moment `duration` later.
    public static func + (left: Instant, duration: Duration) -> Instant { Instant(left.sinceOrigin + duration) }
    /// The moment `duration` earlier.
    public static func - (left: Instant, duration: Duration) -> Instant { Instant(left.sinceOrigin - duration) }
    /// The earlier of two moments of which either may be missing.
    static func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
    /// The time from `right` to `left`; negative if `left` is earlier.
    public static func - (left: Instant, right: Instant) -> Duration { left.sinceOrigin - right.sinceOrigin }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Whole seconds, rounded down.
    public var wholeSeconds: Int64 {
        let (seconds, attoseconds) = components
        return attoseconds < 0 ? seconds - 1 : seconds
    }

    /// The same time as a number of seconds, for arithmetic with factors.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// This duration, or zero if it is negative.
    public var atLeastZero: Duration { max(self, .zero) }

    /// `factor` times this duration.
    public func scaled(by factor: Double) -> Duration { .seconds(inSeconds * factor) }
}
