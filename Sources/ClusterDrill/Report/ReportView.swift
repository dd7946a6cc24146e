internal import ClusterObservation
internal import Foundation
internal import LocalCluster

/// What the report's template shows, ready to be read.
struct ReportView {
    let style: String
    let version: String
    let date: String
    let summary: String
    let level: String
    let facts: [Fact]
    let rows: [Row]
    let legend = LegendItem.all
    let drills: [DrillView]
    /// How many callers there were.
    let load: String

    /// One figure with its name.
    struct Fact {
        let label, value: String
    }

    /// One line of the table.
    struct Row {
        let name, word, mark: String
        let cells: [Cell]
    }

    /// A figure, and below it what was promised.
    struct Cell {
        let text, tone, note: String
        let hasNote: Bool

        init(_ text: String?, line: Promise.Line? = nil) {
            self.text = text ?? "–"
            tone = line?.isKept == false ? "bad" : text == nil ? "none" : ""
            // A zero beside a zero says nothing more.
            note = line?.promised == "0" ? "" : line?.promised ?? ""
            hasNote = !note.isEmpty
        }
    }

    init(_ reading: DrillReading, style: String) {
        let surroundings = reading.surroundings
        self.style = style
        version = surroundings.version
        date = Self.time(surroundings.date)
        (level, summary) = Self.verdict(reading)
        facts = [
            Fact(label: "Cluster", value: surroundings.cluster),
            Fact(label: "Nodes", value: "\(surroundings.nodes)"),
            Fact(label: "Lease", value: surroundings.leaseTTL.withSpaceBeforeUnit),
            Fact(label: "WeChat time-out", value: surroundings.wechatTimeout.withSpaceBeforeUnit),
            Fact(label: "Processors", value: "\(surroundings.processors)"),
        ]
        rows = reading.results.map(Row.init)
        drills = reading.results.map(DrillView.init)
        let isOurs = reading.results.contains { $0.outcome.figures.overlaps != nil }
        load =
            isOurs
            ? "Callers read through the load balancer 200 times a second, and report the current token, which WeChat "
                + "still accepts, seven times a second. Whether a token lives is the simulated WeChat's own word."
            : "Callers read 20 times a second. What WeChat saw is not known here."
    }

    private static func verdict(_ reading: DrillReading) -> (level: String, summary: String) {
        let done = reading.results
        let broken = done.filter { $0.state == .broken }
        let reads = done.reduce(0) { $0 + $1.outcome.figures.reads }
        guard broken.isEmpty else {
            let names = broken.map(\.name.rawValue).joined(separator: ", ")
            if done.count == 1 { return ("bad", "A promise broke: \(names)") }
            return ("bad", "\(broken.count) of \(done.count) drills broke a promise: \(names)")
        }
        let what = done.count == 1 ? "The drill kept its promise" : "\(done.count) drills kept their promises"
        return ("well", "\(what): \(reads.grouped) reads, not one failed")
    }

    /// `2026-01-31 12:00:00 UTC`.
    private static func time(_ date: Date) -> String {
        date.formatted(.iso8601).replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "Z", with: " UTC")
    }
}

extension ReportView.Row {
    init(_ drill: DrillResult) {
        name = drill.name.rawValue
        word = drill.state.word
        mark = drill.state.mark
        let figures = drill.outcome.figures
        let lines = Dictionary(drill.lines.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        typealias Cell = ReportView.Cell
        cells = [
            Cell(figures.takeover?.figure, line: lines["takeover"]),
            Cell(figures.refreshGap?.figure, line: lines["refresh gap"]),
            Cell(figures.reads.grouped), Cell(figures.failedReads.grouped, line: lines["failed reads"]),
            Cell(figures.refreshes?.grouped),
            Cell(figures.failedRefreshes?.grouped, line: lines["failed refreshes"]),
            Cell(figures.fetches?.grouped, line: lines["WeChat calls"]),
            Cell(figures.overlaps?.grouped, line: lines["overlapping calls"]),
        ]
    }
}

extension DrillResult.State {
    var mark: String {
        switch self {
        case .kept: "well"
        case .broken: "bad"
        }
    }
}

/// One mark of the timelines and what it means.
struct LegendItem {
    let label: String
    let shapes: [Shape]

    struct Shape {
        let style, x, y, width, height: String

        init(_ style: String, x: Int = 0, y: Int = 1, width: Int = 28, height: Int = 12) {
            self.style = style
            (self.x, self.y, self.width, self.height) = ("\(x)", "\(y)", "\(width)", "\(height)")
        }
    }

    static let all: [LegendItem] = [
        LegendItem(
            label: "leads (one colour a node)",
            shapes: [.init("leads-0", width: 9), .init("leads-1", x: 9, width: 9), .init("leads-2", x: 18, width: 10)]),
        LegendItem(label: "follows", shapes: [.init("follows", y: 5, height: 4)]),
        LegendItem(label: "silent", shapes: [.init("silent")]),
        LegendItem(
            label: "fault, until it is healed",
            shapes: [
                .init("shade", y: 0, height: 14), .init("fault-line", y: 0, width: 2, height: 14),
                .init("healed-line", x: 26, y: 0, width: 2, height: 14),
            ]),
        LegendItem(label: "failed reads", shapes: [.init("failed", x: 10, width: 8)]),
        LegendItem(label: "WeChat is asked for a token", shapes: [.init("fetch", x: 12, y: 0, width: 3, height: 14)]),
        LegendItem(
            label: "WeChat is asked whether one lives",
            shapes: [7, 13, 19].map { .init("question", x: $0, y: 5, width: 2, height: 9) }),
        LegendItem(
            label: "a token lives, and lives on after a newer one came",
            shapes: [.init("life", width: 16), .init("life-tail", x: 16, width: 12)]),
    ]
}

extension BinaryInteger {
    /// `1,234,567`.
    var grouped: String {
        let digits = Array(String(self))
        return digits.enumerated().map { index, digit in
            let rest = digits.count - index
            return index > 0 && rest.isMultiple(of: 3) ? ",\(digit)" : String(digit)
        }.joined()
    }
}
