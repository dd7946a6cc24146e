internal import Foundation

/// What one server did in one round, or in the median of all.
struct ReadFigures: Sendable {
    /// How many were answered.
    var reads: Double
    /// The server's own, for one read.
    var processorTime: Duration
    var readsPerSecond: Double
    var median: Duration
    /// Quicker than this are 99 of a hundred, and 999 of a thousand.
    var slowHundredth, slowThousandth: Duration
    /// Resident memory after the round, in bytes.
    var memory: Int

    /// The median of each figure by itself.
    static func medians(_ rounds: [ReadFigures]) -> ReadFigures {
        func middle<Figure: Comparable>(_ figure: (ReadFigures) -> Figure) -> Figure {
            rounds.map(figure).sorted()[rounds.count / 2]
        }
        return ReadFigures(
            reads: middle(\.reads), processorTime: middle(\.processorTime), readsPerSecond: middle(\.readsPerSecond),
            median: middle(\.median),
            slowHundredth: middle(\.slowHundredth), slowThousandth: middle(\.slowThousandth), memory: middle(\.memory))
    }

    /// The memory, as a table shows it.
    var memoryText: String { (Double(memory) / 1_000_000).rounded(to: 1) + " MB" }

    /// The rest of a table's row.
    func row(beside base: Duration) -> String {
        let cells = [
            (processorTime / .microseconds(1)).rounded(to: 1) + " µs", (processorTime / base).rounded(to: 2),
            readsPerSecond.rounded(to: 0), (median / .milliseconds(1)).rounded(to: 2) + " ms",
            (slowHundredth / .milliseconds(1)).rounded(to: 1) + " ms",
            (slowThousandth / .milliseconds(1)).rounded(to: 1) + " ms",
            memoryText,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }
}
