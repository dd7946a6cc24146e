import Testing

@testable import ClusterObservation

/// What was heard, put in order.
@Suite struct TimelineTests {
    private let start = ContinuousClock.now

    private func read(at seconds: Double, status: Int? = 200, life: Load.Life? = .going) -> Load.Read {
        let end = start + .seconds(seconds)
        return Load.Read(
            app: "wx1", start: end, end: end, status: status, node: "a", token: status == 200 ? "t" : nil, life: life)
    }

    @Test func band_LastsUntilTheNodeSaysSomethingElse() {
        let watch = LeaderWatch()
        watch.note("a", .leads, at: start + .milliseconds(20))
        watch.note("a", .leads, at: start + .milliseconds(40))
        watch.note("b", .follows, at: start + .milliseconds(30))
        watch.note("a", .silent, at: start + .seconds(2))
        #expect(watch.words == ["a": .silent, "b": .follows] && watch.leaders == [])
        #expect(
            Timeline.bands(watch.changes, since: start, length: .seconds(5)) == [
                .init(node: "a", word: .leads, from: .zero, to: .seconds(2)),
                .init(node: "a", word: .silent, from: .seconds(2), to: .seconds(5)),
                .init(node: "b", word: .follows, from: .zero, to: .seconds(5)),
            ])
    }

    @Test func beat_CountsReadsAndFailures_AndDeadTokensAsFailures() {
        let reads = [
            read(at: -0.1), read(at: 0.1), read(at: 0.2, status: 503), read(at: 0.6, life: .over),
            read(at: 0.7, life: .overtaken), read(at: 0.8), read(at: 1.2),
        ]
        #expect(
            Timeline.beats(reads, since: start, length: .seconds(1)) == [
                .init(at: .zero, reads: 2, failed: 1), .init(at: .milliseconds(500), reads: 3, failed: 2),
            ])
    }

    @Test func tally_CountsWhatFailed() {
        let load = Load()
        load.note(read(at: 0))
        load.note(read(at: 0, status: nil))
        load.note(read(at: 0, life: .over))
        load.note(Load.Report(start: start, end: start, status: 503, reason: nil))
        #expect(load.tally == .init(reads: 3, failedReads: 1, deadTokens: 1, reports: 1, failedReports: 1))
    }

    @Test func pause_IsTheLongestTimeWithoutAnAnswer() {
        let load = Load()
        for (at, status) in [(-1, 200), (1, 503), (3, 200), (4, 200), (6, 200)] {
            let end = start + .seconds(at)
            load.note(Load.Report(start: end, end: end, status: status, reason: nil))
        }
        #expect(load.longestPause(since: start) == .seconds(3))
        #expect(load.longestPause(since: start + .seconds(4)) == .seconds(2))
        #expect(load.longestPause(since: start + .seconds(7)) == nil)
    }
}
