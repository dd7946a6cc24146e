internal import ClusterObservation

/// How a drill has ended.
package struct DrillResult: Sendable {
    let name: DrillName
    let promise: Promise
    let outcome: Outcome

    /// What it came to.
    struct Outcome: Sendable {
        var figures = Figures()
        /// What was wrong beyond the figures: harm that ended it, something that did not happen.
        var findings: [String] = []
        var timeline = Timeline(length: .zero)
    }

    /// The promise beside the figures.
    var lines: [Promise.Line] { promise.judge(outcome.figures) }

    /// Everything that was promised and did not hold, in sentences.
    package var breaches: [String] {
        outcome.findings
            + lines.filter { !$0.isKept }.map { "\($0.name) \($0.measured), promised \($0.promised)" }
    }

    var state: State { breaches.isEmpty ? .kept : .broken }

    enum State: String, Sendable {
        case kept = "ok"
        case broken

        /// The same for a person.
        var word: String {
            switch self {
            case .kept: "ok"
            case .broken: "BROKEN"
            }
        }
    }

    /// The one line that says it all.
    package var line: String {
        let name = name.rawValue.padded(to: 24)
        let figures = outcome.figures
        let columns = [
            state.word.padded(to: 6), "takeover \(Self.figure(figures.takeover))".padded(to: 17),
            "refresh gap \(Self.figure(figures.refreshGap))".padded(to: 21),
            "reads \(figures.reads) (\(figures.failedReads) failed)".padded(to: 22),
            "refreshes \(Self.figure(figures.refreshes)) (\(Self.figure(figures.failedRefreshes)) failed)"
                .padded(to: 25),
            "WeChat calls \(Self.figure(figures.fetches))".padded(to: 14),
            "overlaps \(Self.figure(figures.overlaps))",
        ]
        return name + columns.joined(separator: "  ")
    }

    private static func figure(_ duration: Duration?) -> String { duration?.figure ?? "-" }
    private static func figure(_ count: Int?) -> String { count.map { "\($0)" } ?? "-" }
}

extension String {
    /// With as many spaces after it as it takes.
    package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
