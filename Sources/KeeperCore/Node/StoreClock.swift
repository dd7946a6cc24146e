/// Notices that the store's clock jumps.
///
/// No rule depends on that clock, but a person should know: locks and pauses end by it.
struct StoreClock: Sendable {
    /// The store's clock and ours at the last look.
    private var last: (store: Duration, ours: Instant)?
    /// How often it has jumped against ours.
    private(set) var steps = 0

    /// Takes in what it shows.
    mutating func observe(_ store: Duration, at now: Instant, into out: inout Outbox) {
        defer { last = (store, now) }
        guard let last else { return }
        let step = (store - last.store) - (now - last.ours)
        guard step > .seconds(1) || step < .seconds(-1) else { return }
        steps += 1
        out.note(.store(.clockStepped(step)))
    }
}
