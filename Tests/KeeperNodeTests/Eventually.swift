/// The condition did not come true in time.
struct NotInTime: Error {
    let what: String
}

/// Polls `condition` until it is true, for what gives no event to wait for.
///
/// Only a fault reaches the limit.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(what: what) }
        try await Task.sleep(for: .milliseconds(2))
    }
}
