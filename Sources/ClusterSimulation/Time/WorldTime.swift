internal import KeeperCore

/// A moment of a world: true time since its beginning.
///
/// Only the world knows it; nodes and the store see their clocks.
package struct WorldTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the beginning.
    package let nanoseconds: Int64

    /// The moment so many nanoseconds after the beginning.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The moment so many seconds after the beginning.
    package static func seconds(_ seconds: Double) -> WorldTime { WorldTime(nanoseconds: Int64(seconds * 1e9)) }

    /// The beginning.
    package static let start = WorldTime(nanoseconds: 0)
    /// Before everything.
    static let never = WorldTime(nanoseconds: .min / 2)
    /// After everything.
    static let forever = WorldTime(nanoseconds: .max / 2)

    /// The first multiple of so many nanoseconds that is not earlier.
    func roundedUp(to grain: Int64) -> WorldTime {
        self >= .forever ? self : WorldTime(nanoseconds: (nanoseconds + grain - 1) / grain * grain)
    }

    /// Seconds since the beginning.
    package var seconds: Double { Double(nanoseconds) * 1e-9 }

    package static func < (left: WorldTime, right: WorldTime) -> Bool { left.nanoseconds < right.nanoseconds }
    /// The moment so many seconds later.
    package static func + (left: WorldTime, seconds: Double) -> WorldTime {
        WorldTime(nanoseconds: left.nanoseconds + Int64(seconds * 1e9))
    }
    /// The seconds from `right` to `left`.
    package static func - (left: WorldTime, right: WorldTime) -> Double {
        Double(left.nanoseconds - right.nanoseconds) * 1e-9
    }
}

/// A node's boot clock: runs through pauses, a little too fast or too slow, from an origin of its own.
struct NodeClock: Sendable {
    /// What the clock showed at the beginning of the world.
    let offset: Int64
    /// How much faster than true time it runs, as a fraction.
    let drift: Double

    private func local(_ time: WorldTime) -> Int64 {
        offset + time.nanoseconds + Int64(Double(time.nanoseconds) * drift)
    }

    /// What the clock shows.
    func instant(at time: WorldTime) -> Instant { Instant(.nanoseconds(local(time))) }

    /// What no clock of a world ever shows: a billion seconds, in attoseconds.
    private static var farthest: Int128 { 1_000_000_000_000_000_000_000_000_000 }

    /// The first moment at which the clock shows `instant` or more.
    func time(of instant: Instant) -> WorldTime {
        let shown = instant.sinceOrigin.attoseconds
        guard shown < Self.farthest else { return .forever }
        let target = Int64((shown + 999_999_999) / 1_000_000_000)
        var guess = Int64(Double(target - offset) / (1 + drift))
        while local(WorldTime(nanoseconds: guess)) < target { guess += 1 }
        return WorldTime(nanoseconds: guess)
    }

    /// The true length of a duration that this clock measures.
    func trueSeconds(_ duration: Duration) -> Double { duration.inSeconds / (1 + drift) }
}

/// The store's wall clock, which may be set forward or back, and may stand still.
struct StoreClock: Hashable, Sendable {
    private var anchor: WorldTime = .start
    /// Nanoseconds since the Unix epoch at `anchor`: some day in 2026.
    private var atAnchor: Int64 = 1_790_000_000_000_000_000
    private(set) var isFrozen = false

    /// Nanoseconds since the Unix epoch.
    func now(_ time: WorldTime) -> Int64 {
        isFrozen ? atAnchor : atAnchor + (time.nanoseconds - anchor.nanoseconds)
    }

    /// Sets the clock forward, or back.
    mutating func step(by seconds: Double, at time: WorldTime) {
        atAnchor = now(time) + Int64(seconds * 1e9)
        anchor = time
    }

    /// Stops the clock, or lets it go on from where it stands.
    mutating func setFrozen(_ frozen: Bool, at time: WorldTime) {
        atAnchor = now(time)
        anchor = time
        isFrozen = frozen
    }
}
