internal import Foundation

/// What one server did in one round, or in the median of all.
struct ReadFigures: Sendable {
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
            processorTime: middle(\.processorTime), readsPerSecond: middle(\.readsPerSecond), median: middle(\.median),
            slowHundredth: middle(\.slowHundredth), slowThousandth: middle(\.slowThousandth), memory: middle(\.memory))
    }

    /// The rest of a table's row.
    func row(beside base: Duration) -> String {
        let cells = [
            decimal(processorTime / .microseconds(1), 1) + " µs", decimal(processorTime / base, 2),
            decimal(readsPerSecond, 0), decimal(median / .milliseconds(1), 2) + " ms",
            decimal(slowHundredth / .milliseconds(1), 1) + " ms", decimal(slowThousandth / .milliseconds(1), 1) + " ms",
            decimal(Double(memory) / 1_000_000, 1) + " MB",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
