import ClusterObservation
import LocalCluster
import Testing

extension Checker {
    /// Weighs what the callers of `load` got, and prints it in one line.
    func verdict(
        on fault: String, _ load: Load, gap: Duration?, since instant: ContinuousClock.Instant
    ) -> Verdict {
        let verdict = weigh(fault, load, gap: gap, since: instant)
        print(verdict)
        for read in load.reads where read.hasFailed {
            let (from, to) = ((read.start - instant).wholeMilliseconds, (read.end - instant).wholeMilliseconds)
            print("  read from \(from) ms to \(to) ms: \(read.answer)")
        }
        for report in load.reports where report.status != 200 {
            let (from, to) = ((report.start - instant).wholeMilliseconds, (report.end - instant).wholeMilliseconds)
            let answer = "\(report.status ?? 0) \(report.node ?? "no node"): \(report.reason ?? "no answer")"
            print("  refresh from \(from) ms to \(to) ms: \(answer)")
        }
        return verdict
    }
}

extension Takeover {
    /// Nobody led for so long at most, while this machine ran.
    func expect(atMost bound: Duration, _ location: SourceLocation = #_sourceLocation) {
        #expect(gap <= bound + stalled, "\(stalled) of it the machine stood still", sourceLocation: location)
    }
}

extension Verdict {
    /// What holds in every fault: nobody fails to read, nobody gets a dead token, and WeChat is not called in vain.
    func expectUnnoticed(_ location: SourceLocation = #_sourceLocation) {
        #expect(reads > 0, sourceLocation: location)
        #expect(failedReads == 0, "\(self)", sourceLocation: location)
        #expect(deadTokens + overtakenTokens == 0, "\(self)", sourceLocation: location)
        #expect(issues == 0, "\(self)", sourceLocation: location)
        #expect(overlaps == 0, "\(self)", sourceLocation: location)
    }
}
