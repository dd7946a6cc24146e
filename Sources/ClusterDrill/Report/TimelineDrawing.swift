internal import ClusterObservation

/// A timeline as shapes: lanes below each other over one axis of time, which counts from the first fault.
struct TimelineDrawing {
    let width = "1120"
    let height: String
    let heading: String
    let description: String
    let under: [Rectangle]
    let paths: [Path]
    let over: [Rectangle]
    let texts: [Text]

    struct Rectangle {
        let style, x, y, w, h, r, tip: String
        let hasTip: Bool
    }

    struct Path {
        let style, data: String
    }

    struct Text {
        let style, x, y, anchor, words: String
    }

    init(_ timeline: Timeline, heading: String, result: String) {
        var renderer = TimelineRenderer(timeline)
        renderer.drawMarks()
        renderer.drawNodes()
        renderer.drawReads()
        renderer.drawCalls()
        renderer.drawLives()
        renderer.drawAxis()
        renderer.drawFaults()
        self.heading = heading
        description = Self.story(timeline) + " " + result
        height = TimelineRenderer.number(renderer.y)
        under = renderer.ground + renderer.under
        paths = renderer.paths
        over = renderer.over
        texts = renderer.texts
    }

    /// The timeline in sentences, for whoever cannot see it.
    private static func story(_ timeline: Timeline) -> String {
        let origin = timeline.origin
        let marks = timeline.marks.map { (at: $0.at, text: $0.text) }
        let leaders = timeline.bands.filter { $0.word == .leads }.map { (at: $0.from, text: "\($0.node) leads") }
        let events = (marks + leaders).sorted { $0.at < $1.at }.map { "\(($0.at - origin).signedSeconds): \($0.text)." }
        let failed = timeline.reads.reduce(0) { $0 + $1.failed }
        return events.joined(separator: " ") + (failed == 0 ? " No read failed." : " \(failed) reads failed.")
    }
}

extension Timeline {
    /// What the axis counts from: the first fault.
    var origin: Duration { marks.first?.at ?? .zero }
}

extension Duration {
    /// `−2.0 s`, `0.0 s`, `4.1 s`.
    var signedSeconds: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        let sign = tenths < 0 ? "−" : ""
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10) s"
    }
}
