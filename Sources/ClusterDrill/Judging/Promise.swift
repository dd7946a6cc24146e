internal import ClusterObservation

/// What a drill promises of its figures.
///
/// Always: no failed read, no dead token, no overlap.
struct Promise: Sendable, Equatable {
    /// At most so long until another node leads.
    var takeover: Duration?
    /// What `takeover` is counted from.
    var countsFrom = "the fault"
    /// At most so long without an answered refresh.
    var refreshGap: Duration?
    /// Nil where a refresh may be refused for a while, as while there is no leader.
    var failedRefreshes: Int? = 0
    /// Calls of WeChat for a token; nil where nobody can tell what is due.
    var fetches: ClosedRange<Int>? = 0...0

    /// One figure beside what was promised of it.
    struct Line: Sendable, Equatable {
        let name: String
        let promised: String
        let measured: String
        let isKept: Bool
    }

    /// Every part of the promise that `figures` can say something about, most important first.
    func judge(_ figures: Figures) -> [Line] {
        var lines = [Line("failed reads", exactly: 0, figures.failedReads)]
        if let found = figures.deadTokens { lines.append(Line("dead tokens", exactly: 0, found)) }
        if let found = figures.overlaps { lines.append(Line("overlapping calls", exactly: 0, found)) }
        if let takeover { lines.append(Line("takeover", atMost: takeover, figures.takeover, figures.stalled)) }
        if let refreshGap, figures.refreshes != nil {
            lines.append(Line("refresh gap", atMost: refreshGap, figures.refreshGap))
        }
        if let failedRefreshes, let found = figures.failedRefreshes {
            lines.append(Line("failed refreshes", exactly: failedRefreshes, found))
        }
        if let fetches, let found = figures.fetches {
            let (least, most) = (fetches.lowerBound, fetches.upperBound)
            let promised = most == 0 ? "0" : least == most ? "exactly \(most)" : "\(least) to \(most)"
            lines.append(
                Line(
                    name: "WeChat calls", promised: promised, measured: "\(found)", isKept: fetches.contains(found)))
        }
        return lines
    }

    /// What is promised beyond what is always promised, for a list of drills.
    var sentence: String {
        var parts: [String] = []
        if let takeover { parts.append("a new leader within \(takeover.words) of \(countsFrom)") }
        if let refreshGap { parts.append("refreshes are answered again within \(refreshGap.words)") }
        if failedRefreshes == 0 { parts.append("no refresh fails") }
        switch fetches {
        case .some(0...0): parts.append("WeChat is asked for no token")
        case .some(1...1): parts.append("WeChat is asked for one token")
        case .some(let range): parts.append("WeChat is asked for at most \(range.upperBound) tokens")
        case nil: break
        }
        return "Promised: \(parts.joined(separator: ", "))."
    }
}

extension Promise.Line {
    fileprivate init(_ name: String, exactly promised: Int, _ found: Int) {
        self.init(name: name, promised: "\(promised)", measured: "\(found)", isKept: found == promised)
    }

    /// A bound counts while the machine runs; a machine that stands still for longer than that proves nothing.
    fileprivate init(_ name: String, atMost bound: Duration, _ found: Duration?, _ stalled: Duration = .zero) {
        let stalled = min(stalled, bound)
        let excuse = stalled > .zero ? " and \(stalled.figure) for which this machine stood still" : ""
        self.init(
            name: name, promised: "at most \(bound.figure)\(excuse)", measured: found?.figure ?? "never",
            isKept: found.map { $0 <= bound + stalled } ?? false)
    }
}

extension Duration {
    /// As figures are shown to people: `312 ms`.
    var figure: String { "\(wholeMilliseconds) ms" }

    /// As bounds are told to people: `4.5 s`.
    fileprivate var words: String {
        let milliseconds = wholeMilliseconds
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000) s" : "\(Double(milliseconds) / 1000) s"
    }
}

extension String {
    /// `4.5 s` for `4.5s`.
    var withSpaceBeforeUnit: String {
        let number = prefix { !$0.isLetter }
        return "\(number) \(dropFirst(number.count))"
    }
}
