internal import LocalCluster

/// What the template shows of one drill.
struct DrillView {
    let name, about, word, mark: String
    let breaches: [Breach]
    let promise: [Line]
    /// One; none for a drill that was not done, whose name would otherwise be sought further out.
    let timelines: [TimelineDrawing]

    struct Breach {
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
        breaches = drill.breaches.map(Breach.init)
        promise = drill.lines.map { line in
            Line(
                label: line.name, measured: line.measured, promised: "promised: \(line.promised)",
                tone: line.isKept ? "well" : "bad")
        }
        if let timeline = drill.outcome?.timeline, timeline.length > .zero {
            timelines = [TimelineDrawing(timeline, heading: "Timeline of \(name)", result: drill.line)]
        } else {
            timelines = []
        }
    }
}
