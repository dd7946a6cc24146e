internal import KeeperCore

/// Wakes an event loop at the moment its machine wants to be woken.
///
/// One sleeper for the next moment; an earlier one gets a sleeper of its own, and one that comes late does no harm.
struct WakeUpTimer {
    private let origin: ContinuousClock.Instant
    private let wake: @Sendable () -> Void
    private var next: Instant?

    /// - Parameters:
    ///   - origin: the moment from which the machine counts its time.
    ///   - wake: gives the loop an event.
    init(origin: ContinuousClock.Instant, wake: @escaping @Sendable () -> Void) {
        self.origin = origin
        self.wake = wake
    }

    /// To be called after every event of the loop; nil if only an event can give the machine something to do.
    mutating func set(_ moment: Instant?, at now: Instant, in group: inout DiscardingTaskGroup) {
        if let next, next <= now { self.next = nil }
        guard let moment, next.map({ moment < $0 }) ?? true else { return }
        next = moment
        group.addTask { [origin, wake] in
            try? await Task.sleep(until: origin + moment.sinceOrigin, clock: .continuous)
            wake()
        }
    }
}
