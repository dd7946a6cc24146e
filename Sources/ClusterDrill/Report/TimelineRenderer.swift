internal import ClusterObservation

/// Draws the lanes of a timeline from top to bottom.
struct TimelineRenderer {
    private static let left = 132.0
    private static let right = 1108.0
    private static let gap = 14.0

    let timeline: Timeline
    private(set) var y = 0.0
    /// What lies below everything: shades and the lines of the grid.
    private(set) var ground: [TimelineDrawing.Rectangle] = []
    private(set) var under: [TimelineDrawing.Rectangle] = []
    private(set) var over: [TimelineDrawing.Rectangle] = []
    private(set) var paths: [TimelineDrawing.Path] = []
    private(set) var texts: [TimelineDrawing.Text] = []
    /// Where the lanes begin, below the words of the marks.
    private var top = 0.0
    /// On which line the words of each mark stand.
    private var rows: [Int] = []

    init(_ timeline: Timeline) { self.timeline = timeline }

    /// The words above the lanes, on as many lines as it takes for none to cover another, nor to be crossed by the line
    /// that goes down from a later mark.
    mutating func drawMarks() {
        var ends: [Double] = []
        for mark in timeline.marks {
            let (x, width) = (x(mark.at), Double(mark.text.count) * 6.9 + 10)
            let fitsRight = x + width < Self.right
            let from = fitsRight ? x : x - width
            let row = ends.indices.first { ends[$0...].allSatisfy { $0 <= from } } ?? ends.count
            if row == ends.count { ends.append(0) }
            ends[row] = from + width
            rows.append(row)
            write(
                mark.text, style: mark.kind.rawValue, x: fitsRight ? x + 5 : x - 5, y: 14 + Double(row) * 17,
                anchor: fitsRight ? "start" : "end")
        }
        y = Double(max(1, ends.count)) * 17 + 8
        top = y
    }

    /// A row for every node: who led, who followed, who was silent.
    mutating func drawNodes() {
        let nodes = Dictionary(grouping: timeline.bands, by: \.node).sorted { $0.key < $1.key }
        for (index, (node, bands)) in nodes.enumerated() {
            write("node \(node)", style: "name", x: 0, y: y + 14)
            for band in bands {
                let tip = "\(node) \(band.word.rawValue), \(times(from: band.from, to: band.to))"
                switch band.word {
                case .leads:
                    bar("leads-\(index % 3)", from: band.from, to: band.to, y: y, height: 20, tip: tip)
                    // The two were seen by different eyes, a moment apart.
                    let takeover = timeline.takeovers.first {
                        $0.node == node && abs(($0.at - band.from) / .seconds(1)) < 0.5
                    }
                    let words = takeover.map { ["leads, after \($0.took.figure)", "leads"] } ?? ["leads"]
                    label(words, style: "in", from: band.from, to: band.to, y: y + 14)
                case .follows:
                    bar("follows", from: band.from, to: band.to, y: y + 8, height: 4, tip: tip)
                case .silent:
                    bar("silent", from: band.from, to: band.to, y: y + 3, height: 14, tip: tip)
                    label(["silent"], style: "in-silent", from: band.from, to: band.to, y: y + 14)
                }
            }
            y += 25
        }
        y += Self.gap - 5
    }

    /// Reads per second as an area, and how large a share of them failed.
    mutating func drawReads() {
        let (height, perSecond) = (64.0, Duration.seconds(1) / Timeline.beat)
        let most = max(10, timeline.reads.map { Double($0.reads) * perSecond }.max() ?? 0)
        // A little more than the round number, as chance has it, does not make it the next one.
        let scale = Self.ceiling(most / 1.1)
        let bottom = y + height
        write("reads per second", style: "name", x: 0, y: y + height / 2 + 4)
        write(Int(scale).grouped, style: "", x: Self.left - 8, y: y + 9, anchor: "end")
        write("0", style: "", x: Self.left - 8, y: bottom, anchor: "end")
        backdrop(height: height)
        let points = timeline.reads.map { beat in
            let top = bottom - height * min(1, Double(beat.reads) * perSecond / scale)
            return "H\(Self.number(x(beat.at)))V\(Self.number(top))"
        }
        if let last = timeline.reads.last {
            let end = "H\(Self.number(x(last.at + Timeline.beat)))V\(Self.number(bottom))Z"
            let data = "M\(Self.number(Self.left)) \(Self.number(bottom))" + points.joined() + end
            paths.append(TimelineDrawing.Path(style: "reads", data: data))
        }
        for beat in timeline.reads where beat.failed > 0 {
            let at = (beat.at - timeline.origin).signedSeconds
            // One of a hundred is to be seen, too.
            let share = max(12, height * Double(beat.failed) / Double(beat.reads))
            over.append(
                rectangle(
                    "failed", x: x(beat.at), y: bottom - share, width: x(beat.at + Timeline.beat) - x(beat.at),
                    height: share, tip: "\(beat.failed) of \(beat.reads) reads failed, \(at)"))
        }
        y = bottom + Self.gap
    }

    /// A tick for every call of WeChat.
    mutating func drawCalls() {
        write("calls of WeChat", style: "name", x: 0, y: y + 15)
        backdrop(height: 22)
        for call in timeline.calls {
            let when = "\(call.app) by \(call.node), \((call.at - timeline.origin).signedSeconds)"
            let what = call.isFetch ? (call.hasIssued ? "a token is issued" : "a token is asked for") : "does it live?"
            let shape =
                call.isFetch
                ? rectangle("fetch", x: x(call.at) - 1.5, y: y, width: 3, height: 22, tip: "\(what) \(when)")
                : rectangle("question", x: x(call.at) - 0.75, y: y + 13, width: 1.5, height: 9, tip: "\(what) \(when)")
            over.append(shape)
        }
        y += 22 + Self.gap
    }

    /// A row for every app: the lives of its tokens.
    mutating func drawLives() {
        let apps = Dictionary(grouping: timeline.lives, by: \.app).sorted { $0.key < $1.key }
        for (app, lives) in apps {
            write(app.count > 18 ? app.prefix(17) + "…" : app, style: "name", x: 0, y: y + 12)
            for life in lives {
                let tip = "token \(life.fingerprint) of \(app), \(times(from: life.from, to: life.to))"
                if life.to > life.replaced {
                    bar("life-tail", from: life.replaced, to: life.to, y: y + 5, height: 11, tip: tip)
                }
                bar("life", from: life.from, to: life.replaced, y: y, height: 11, tip: tip)
            }
            y += 22
        }
        y += 2
    }

    /// Seconds since the first fault, at round distances.
    mutating func drawAxis() {
        let step = Duration.seconds([1, 2, 5, 10, 20, 60].first { timeline.length / .seconds($0) <= 14 } ?? 120)
        var at = timeline.origin
        while at - step >= .zero { at -= step }
        while at <= timeline.length {
            ground.append(rectangle("grid", x: x(at) - 0.5, y: top, width: 1, height: y - top))
            let seconds = (at - timeline.origin).components.seconds
            write(seconds < 0 ? "−\(-seconds) s" : "\(seconds) s", style: "", x: x(at), y: y + 16, anchor: "middle")
            at += step
        }
        y += 22
    }

    /// A line down from every mark, and a shade from a fault to its healing.
    mutating func drawFaults() {
        let bottom = y - 20
        var began: Duration?
        for (mark, row) in zip(timeline.marks, rows) {
            over.append(
                rectangle(
                    "\(mark.kind.rawValue)-line", x: x(mark.at) - 1, y: 4 + Double(row) * 17, width: 2,
                    height: bottom - 4 - Double(row) * 17))
            switch mark.kind {
            case .fault: began = began ?? mark.at
            case .healed:
                if let start = began { shade(from: start, to: mark.at, bottom) }
                began = nil
            }
        }
    }
}

extension TimelineRenderer {
    private func x(_ at: Duration) -> Double {
        Self.left + (Self.right - Self.left) * min(1, max(0, at / timeline.length))
    }

    private func times(from: Duration, to: Duration) -> String {
        "\((from - timeline.origin).signedSeconds) to \((to - timeline.origin).signedSeconds)"
    }

    private mutating func shade(from: Duration, to: Duration, _ bottom: Double) {
        ground.append(rectangle("shade", x: x(from), y: top, width: x(to) - x(from), height: bottom - top))
    }

    private mutating func backdrop(height: Double) {
        under.append(rectangle("lane", x: Self.left, y: y, width: Self.right - Self.left, height: height))
    }

    private mutating func bar(
        _ style: String, from: Duration, to: Duration, y: Double, height: Double, tip: String
    ) {
        // What was there for a moment only is still to be seen.
        let width = max(1.5, x(to) - x(from))
        under.append(rectangle(style, x: x(from), y: y, width: width, height: height, radius: 2, tip: tip))
    }

    /// The first of these words that a bar has room for, in its middle.
    private mutating func label(_ choice: [String], style: String, from: Duration, to: Duration, y: Double) {
        let room = x(to) - x(from)
        guard let words = choice.first(where: { Double($0.count) * 7 + 8 < room }) else { return }
        write(words, style: style, x: (x(from) + x(to)) / 2, y: y, anchor: "middle")
    }

    private mutating func write(_ words: String, style: String, x: Double, y: Double, anchor: String = "start") {
        texts.append(
            TimelineDrawing.Text(style: style, x: Self.number(x), y: Self.number(y), anchor: anchor, words: words))
    }

    private func rectangle(
        _ style: String, x: Double, y: Double, width: Double, height: Double, radius: Int = 0, tip: String = ""
    ) -> TimelineDrawing.Rectangle {
        TimelineDrawing.Rectangle(
            style: style, x: Self.number(x), y: Self.number(y), w: Self.number(width), h: Self.number(height),
            r: "\(radius)", tip: tip, hasTip: !tip.isEmpty)
    }

    /// To a tenth: a picture needs no more.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    /// The next of 10, 20, 50, 100 … that is not smaller.
    private static func ceiling(_ value: Double) -> Double {
        var unit = 1.0
        while true {
            for digit in [1.0, 2, 2.5, 5] where digit * unit >= value { return digit * unit }
            unit *= 10
        }
    }
}
