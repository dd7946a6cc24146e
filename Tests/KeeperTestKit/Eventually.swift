/// The condition did not come true in time.
public struct NotInTime: Error, Sendable {
    /// A sentence that says which one.
    public let description: String
}

/// Polls `condition` until it is true.
///
/// For what gives no event to wait for. The limit is generous, so that only a fault reaches it.
public func eventually(
    _ what: String = "the condition", within limit: Duration = .seconds(20),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(description: "\(what) did not come true") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
