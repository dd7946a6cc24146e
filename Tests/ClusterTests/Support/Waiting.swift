/// Something did not happen in time.
struct NotInTime: Error, CustomStringConvertible {
    let description: String
}

/// Polls until `condition` holds; its limit is for faults only.
func eventually(
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

/// Lets a fault last as long as the test says it does; everything else waits for what it expects.
func hold(_ fault: String, for duration: Duration) async throws {
    try await letPass(duration)
}

/// The one place where tests let time pass.
func letPass(_ duration: Duration) async throws {
    try await ContinuousClock().sleep(for: duration, tolerance: .zero)
}

/// Lets time pass up to an instant: the pace of a load.
func pace(until instant: ContinuousClock.Instant) async throws {
    try await ContinuousClock().sleep(until: instant, tolerance: .zero)
}
