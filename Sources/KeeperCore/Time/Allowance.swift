/// So many at once, and one more each interval: what may be done to something scarce.
///
/// It is one moment long: when everything that was taken will have come back. So ten thousand of them cost little, and
/// the rate may change from one question to the next.
public struct Allowance: Hashable, Sendable {
    /// How many at once, and how soon another.
    public struct Rate: Hashable, Sendable {
        /// How many may be taken at once after a long rest; at least one.
        public let burst: Int
        /// How soon one that was taken comes back.
        public let interval: Duration

        /// Describes a rate.
        public init(burst: Int, interval: Duration) {
            precondition(burst > 0 && interval > .zero, "a rate of \(burst) at once and one each \(interval)")
            self.burst = burst
            self.interval = interval
        }
    }

    private var whole = Instant.origin

    /// Nothing taken yet.
    public init() {}

    /// The moment from which another may be taken; it may have passed.
    public func next(_ rate: Rate) -> Instant { whole - rate.interval * (rate.burst - 1) }

    /// Whether everything that was taken has come back: then it tells nothing that a new one would not.
    public func isWhole(at now: Instant) -> Bool { whole <= now }

    /// Takes one.
    ///
    /// Whoever takes one too many is forgiven all but the last, so that the next comes an interval later.
    public mutating func take(_ rate: Rate, at now: Instant) {
        whole = min(max(whole, now) + rate.interval, now + rate.interval * rate.burst)
    }

    /// Takes one if there is one.
    public mutating func takeIfAllowed(_ rate: Rate, at now: Instant) -> Bool {
        guard next(rate) <= now else { return false }
        take(rate, at: now)
        return true
    }

    /// Somebody else has taken at least so many of late.
    mutating func assumeTaken(_ count: Int, _ rate: Rate, at now: Instant) {
        whole = max(whole, now + rate.interval * min(count, rate.burst))
    }

    /// Allows one more, now.
    mutating func grantOne(_ rate: Rate) { whole = whole - rate.interval }
}
