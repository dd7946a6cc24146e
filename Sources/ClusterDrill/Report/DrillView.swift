internal import ClusterObservation

/// What the template shows of one drill.
struct DrillView {
    let name, about, word, mark: String
    let breaches: [Sentence]
    let promise: [Line]
    /// One; none for a drill that was not begun.
    let timelines: [TimelineDrawing]

    /// One, about how long reads took; none if there were none.
    let latencies: [Sentence]

    struct Sentence {
        let text: String
    }

    struct Line {
        let label, measured, promised, tone: String
    }

    init(_ drill: DrillResult) {
        name = drill.name.rawValue
        about = drill.name.summary
        word = drill.state.word
        mark = drill.state.mark
        breaches = drill.breaches.map(Sentence.init)
        latencies = drill.outcome.figures.latency.map { [Sentence(text: $0.sentence)] } ?? []
        promise = drill.lines.map { line in
            Line(
                label: line.name, measured: line.measured, promised: "promised: \(line.promised)",
                tone: line.isKept ? "well" : "bad")
        }
        let timeline = drill.outcome.timeline
        timelines =
            timeline.length > .zero
            ? [TimelineDrawing(timeline, heading: "Timeline of \(name)", result: drill.line)] : []
    }
}

extension Figures.Latency {
    fileprivate var sentence: String {
        "A read took \(median.tenths) in the median, \(p99.tenths) at most for 99 of 100, \(slowest.tenths) at most."
    }
}

extension Duration {
    /// `1.8 ms`.
    fileprivate var tenths: String {
        let tenths = Int((self / .milliseconds(1) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
