/// When a node ticks: one tick at a time, the next a period after the answer, or at once if something has changed.
struct TickSchedule: Sendable {
    /// So long after its end a lock is looked at: a little late is better than a little early, and then a period late.
    static let afterLock: Duration = .milliseconds(3)

    private let period: Duration
    private var random: SplitMix64
    /// When the next is due; of no meaning while one is in flight.
    private var due = Instant.origin
    private var inFlight: (request: RequestID, sentAt: Instant)?
    /// Whether something has changed since the one in flight was sent; never without one.
    private var wantsAnother = false
    /// One from before everything was to be read anew: its answer goes on from there, and is of no use.
    private var voided: RequestID?

    init(period: Duration, seed: UInt64) {
        self.period = period
        random = SplitMix64(seed: seed)
    }

    /// When the next is due; nil while one is in flight.
    var nextWakeUp: Instant? { inFlight == nil ? due : nil }

    /// Whether one is to be sent now.
    func isDue(at now: Instant) -> Bool { inFlight == nil && due <= now }

    /// Whether this is the one in flight.
    func isAwaiting(_ request: RequestID) -> Bool { inFlight?.request == request }

    mutating func sent(_ request: RequestID, at now: Instant) { inFlight = (request, now) }

    /// Something has changed: tick now, or once more as soon as the one in flight is answered.
    mutating func hint(at now: Instant) {
        due = min(due, now)
        wantsAnother = inFlight != nil
    }

    /// What the one in flight will bring is of no use.
    mutating func voidInFlight() { voided = inFlight?.request }

    /// Takes in that one has ended, answered or not.
    ///
    /// Returns when it was sent, if it is the one in flight and what it brought is of use.
    mutating func replied(_ request: RequestID, at now: Instant) -> Instant? {
        guard let inFlight, inFlight.request == request else { return nil }
        self.inFlight = nil
        due = wantsAnother ? now : now + random.jittered(period, by: 0.1)
        wantsAnother = false
        return request == voided ? nil : inFlight.sentAt
    }

    /// There is more to be read.
    mutating func goOn(at now: Instant) { due = now }

    /// A lock about to end is looked at when it ends, not up to a period later.
    mutating func lookAgain(whenLockEndsIn left: Duration, at now: Instant) {
        if left < period { due = min(due, now + left + Self.afterLock) }
    }
}
