internal import ClusterObservation
internal import Foundation
internal import LocalCluster

/// Tells a person how a drill goes while it runs: one line that changes on a terminal, a plain line a second elsewhere.
struct DrillProgress: Sendable {
    enum Medium: Sendable {
        case terminal
        case standardOutput
        /// Where standard output belongs to a program.
        case standardError
    }

    let medium: Medium

    /// Goes to the beginning of the line and empties it.
    private static let clear = "\r\u{1B}[2K"
    /// A line that is broken in two cannot be emptied by `clear`.
    private static let width = 79

    /// What fits the place where the command runs.
    init(isForPrograms: Bool) {
        medium = isForPrograms ? .standardError : isatty(STDOUT_FILENO) == 1 ? .terminal : .standardOutput
    }

    /// Tells something that stays.
    func tell(_ text: String) {
        let text = Console.harmless(text)
        switch medium {
        case .terminal: Console.output(Self.clear + text)
        case .standardOutput: Console.output(text)
        case .standardError: Console.error(text)
        }
    }

    /// Tells how the load fares until this task is cancelled.
    func follow(_ load: Load, _ watch: LeaderWatch, _ journal: DrillJournal) async {
        let start = ContinuousClock.now
        let period: Duration = medium == .terminal ? .milliseconds(250) : .seconds(1)
        var last = (at: start, tally: load.tally)
        while true {
            do { try await letPass(period) } catch { return }
            let now = (at: ContinuousClock.now, tally: load.tally)
            let rate = Double(now.tally.reads - last.tally.reads) / ((now.at - last.at) / .seconds(1))
            let line = Self.line(
                after: now.at - start, readsPerSecond: Int(rate.rounded()), now.tally, leaders: watch.leaders,
                event: journal.lastWord)
            if medium == .terminal { Console.progress(Self.clear + line.prefix(Self.width)) } else { tell(line) }
            last = now
        }
    }

    static func line(
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
