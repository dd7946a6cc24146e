/// Notices that the store's clock jumps.
///
/// No rule depends on that clock, but a person should know: locks and pauses end by it.
struct StoreClock: Sendable {
    /// An answer may take so long; what differs by more is a jump.
    static let tolerance: Duration = .seconds(1)

    /// The store's clock and ours at the last look.
    private var last: (store: Duration, ours: Instant)?

    /// Takes in what it shows.
    mutating func observe(_ store: Duration, at now: Instant, into out: inout Outbox) {
        defer { last = (store, now) }
        guard let last else { return }
        let step = (store - last.store) - (now - last.ours)
        guard step > Self.tolerance || step < .zero - Self.tolerance else { return }
        out.counters.storeClockSteps += 1
        out.note(.store(.clockStepped(by: step)))
    }
}
