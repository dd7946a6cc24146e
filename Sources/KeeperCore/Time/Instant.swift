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

    /// The time since the origin.
    public var description: String { "\(sinceOrigin)" }

    // Whole numbers of attoseconds compare and add in two instructions; the library's `Duration` calls out for each.
    /// Whether both are the same moment.
    public static func == (left: Instant, right: Instant) -> Bool {
        left.sinceOrigin.attoseconds == right.sinceOrigin.attoseconds
    }
    /// Whether the left one comes first.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.sinceOrigin.attoseconds < right.sinceOrigin.attoseconds
    }
    /// The moment `duration` later.
    public static func + (left: Instant, duration: Duration) -> Instant {
        Instant(Duration(attoseconds: left.sinceOrigin.attoseconds + duration.attoseconds))
    }
    /// The moment `duration` earlier.
    public static func - (left: Instant, duration: Duration) -> Instant {
        Instant(Duration(attoseconds: left.sinceOrigin.attoseconds - duration.attoseconds))
    }
    /// The time from `right` to `left`; negative if `left` is earlier.
    public static func - (left: Instant, right: Instant) -> Duration {
        Duration(attoseconds: left.sinceOrigin.attoseconds - right.sinceOrigin.attoseconds)
    }
    /// The earlier of two moments of which either may be missing.
    static func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    public var milliseconds: Int64 {
        let (seconds, rest) = split
        return seconds * 1000 + rest / 1_000_000_000_000_000
    }

    /// Whole seconds, rounded down.
    public var wholeSeconds: Int64 {
        let (seconds, rest) = split
        return rest < 0 ? seconds - 1 : seconds
    }

    /// The same time as a number of seconds, for arithmetic with factors.
    public var inSeconds: Double {
        let (seconds, rest) = split
        return Double(seconds) + Double(rest) * 1e-18
    }

    /// What `components` says, divided in place.
    private var split: (seconds: Int64, attoseconds: Int64) {
        let (seconds, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
        return (Int64(seconds), Int64(rest))
    }

    /// So many times this duration. (The library's own takes any integer, and multiplies 128 bits digit by digit.)
    static func * (duration: Duration, factor: Int) -> Duration {
        Duration(attoseconds: duration.attoseconds * Int128(factor))
    }

    /// This duration, or zero if it is negative.
    public var atLeastZero: Duration { attoseconds < 0 ? .zero : self }

    /// `factor` times this duration.
    public func scaled(by factor: Double) -> Duration { .seconds(inSeconds * factor) }
}
