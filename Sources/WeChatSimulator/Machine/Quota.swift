/// Counts calls in windows of one length, the first beginning at the simulator's start.
struct QuotaCounter: Equatable {
    let window: Duration
    private var index: Int64 = 0
    private var count = 0

    init(window: Duration) {
        self.window = window
    }

    /// How many were taken in the window that contains `now`.
    func used(at now: SimulatedWeChat.Instant) -> Int { index(at: now) == index ? count : 0 }

    mutating func take(at now: SimulatedWeChat.Instant) {
        count = used(at: now) + 1
        index = index(at: now)
    }

    private func index(at now: SimulatedWeChat.Instant) -> Int64 { Int64(now.sinceStart / window) }
}

/// The counters of one endpoint that issues.
struct QuotaCounters: Equatable {
    private(set) var day = QuotaCounter(window: .seconds(86_400))
    private(set) var minute = QuotaCounter(window: .seconds(60))

    /// Counts one call, unless a limit is reached: then says which and counts nothing.
    mutating func take(perDay: Int, perMinute: Int, at now: SimulatedWeChat.Instant) -> Exceeded? {
        guard minute.used(at: now) < perMinute else { return .minute }
        guard day.used(at: now) < perDay else { return .day }
        minute.take(at: now)
        day.take(at: now)
        return nil
    }

    enum Exceeded {
        case minute, day
    }
}
