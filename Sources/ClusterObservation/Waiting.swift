/// Something did not happen in time.
package struct NotInTime: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Polls until `condition` holds; its limit is for faults only.
package func eventually(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(20),
    every pause: Duration = .milliseconds(10),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(description: "\(what()): not within \(limit)") }
        try await letPass(pause)
    }
}

/// Lets a fault last as long as its author says it does; everything else waits for what it expects.
package func hold(_ fault: String, for duration: Duration) async throws {
    try await letPass(duration)
}

/// The one place where time is let pass.
package func letPass(_ duration: Duration) async throws {
    try await ContinuousClock().sleep(for: duration, tolerance: .zero)
}

/// Lets time pass, and returns by how much it was too long; what is usual on a busy machine does not count.
package func stall(in duration: Duration) async throws -> Duration {
    let start = ContinuousClock.now
    try await letPass(duration)
    let excess = .now - start - duration
    return excess > .milliseconds(20) ? excess : .zero
}

/// Lets time pass up to an instant: the pace of a load.
package func pace(until instant: ContinuousClock.Instant) async throws {
    try await ContinuousClock().sleep(until: instant, tolerance: .zero)
}

extension Duration {
    /// For people.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
