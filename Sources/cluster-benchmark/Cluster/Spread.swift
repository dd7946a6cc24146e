/// How long something took that was done many times.
struct Spread: Sendable {
    private let sorted: [Duration]

    /// - Parameter durations: one at least.
    init(_ durations: [Duration]) {
        precondition(!durations.isEmpty, "nothing was measured")
        sorted = durations.sorted()
    }

    var count: Int { sorted.count }
    var median: Duration { sorted[count / 2] }
    /// As long as this at most took 99 of a hundred.
    var p99: Duration { sorted[(count * 99 - 1) / 100] }
    var most: Duration { sorted[count - 1] }

    /// The end of a table's row: count, median, p99, most.
    var cells: String { "\(count) | \(median.milliseconds) | \(p99.milliseconds) | \(most.milliseconds) |" }
}

extension Duration {
    /// As tables show it: `1.2 ms`.
    var milliseconds: String { (self / .milliseconds(1)).rounded(to: 1) + " ms" }
}
