internal import ClusterObservation

/// Whoever is told how a drill goes while it runs.
package protocol DrillProgress: Sendable {
    /// How often it is told how the load fares.
    var period: Duration { get }

    /// Told something that stays.
    func tell(_ text: String)

    /// Told how the load fares now, in place of what was told of it before.
    func show(_ line: String)
}

extension DrillProgress {
    /// Tells how the load fares until this task is cancelled.
    func follow(_ load: Load, _ watch: LeaderWatch, _ journal: DrillJournal) async {
        let start = ContinuousClock.now
        var last = (at: start, tally: load.tally)
        while true {
            do { try await letPass(period) } catch { return }
            let now = (at: ContinuousClock.now, tally: load.tally)
            let rate = Double(now.tally.reads - last.tally.reads) / ((now.at - last.at) / .seconds(1))
            show(
                LoadLine.text(
                    after: now.at - start, readsPerSecond: Int(rate.rounded()), now.tally, leaders: watch.leaders,
                    event: journal.lastWord))
            last = now
        }
    }
}

/// How the load fares, on one line.
enum LoadLine {
    static func text(
        after time: Duration, readsPerSecond: Int, _ tally: Load.Tally, leaders: [String], event: String?
    ) -> String {
        let seconds = "\(time.wholeMilliseconds / 1000) s".leftPadded(to: 5)
        let leader = leaders.isEmpty ? "none" : leaders.joined(separator: "+")
        let columns = [
            "leader \(leader)".padded(to: 11), "reads \(readsPerSecond)/s".padded(to: 11),
            "failed \(tally.failedReads)".padded(to: 8), "refreshes \(tally.reports) (\(tally.failedReports) failed)",
            event ?? "steady",
        ]
        return "\(seconds)  \(columns.joined(separator: "  "))"
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
