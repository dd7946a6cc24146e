import ClusterObservation
import Testing

@testable import ClusterDrill

/// What was measured, held against what was promised.
@Suite struct DrillPromiseTests {
    /// A drill in which nothing went wrong.
    static let good = Figures(
        takeover: .milliseconds(3_900), refreshGap: .milliseconds(4_000), reads: 1_800, failedReads: 0, deadTokens: 0,
        refreshes: 50, failedRefreshes: 0, fetches: 0, overlaps: 0)

    private func breaches(_ change: (inout Figures) -> Void, findings: [String] = []) -> [String] {
        var figures = Self.good
        change(&figures)
        return DrillResult.done(.pauseLeader, figures, findings: findings).breaches
    }

    @Test func nothingWrong_KeepsThePromise() {
        let result = DrillResult.done(.pauseLeader, Self.good)
        #expect(result.breaches == [] && result.state == .kept)
        #expect(result.lines.map(\.name).contains("takeover") && result.lines.allSatisfy(\.isKept))
    }

    /// Each would go on for ever if it were not ended.
    @Test(arguments: [
        (Load.Read(500, nil), 0, "a read failed: 500 from b"), (.init(200, .over), 0, "a caller got a dead token"),
        (.init(200, .overtaken), 0, "a caller got a dead token"),
        (.init(200, .going), 1, "two calls of WeChat overlapped"),
    ])
    func harm_EndsADrill(_ read: Load.Read, overlaps: Int, _ word: String) async {
        let load = Load()
        load.note(read)
        let (never, end) = AsyncStream.makeStream(of: Never.self)
        let harm = await #expect(throws: Harm.self) {
            try await Harm.watch(load, overlaps: { overlaps }) { for await _ in never {} }
        }
        end.finish()
        #expect(harm?.description == word)
    }

    @Test func failedRead_BreaksThePromise() {
        #expect(breaches { $0.failedReads = 1 } == ["failed reads 1, promised 0"])
    }

    @Test func deadToken_BreaksThePromise() {
        #expect(breaches { $0.deadTokens = 2 } == ["dead tokens 2, promised 0"])
    }

    @Test func overlap_BreaksThePromise() {
        #expect(breaches { $0.overlaps = 1 } == ["overlapping calls 1, promised 0"])
    }

    @Test func lateTakeover_BreaksThePromise() {
        #expect(breaches { $0.takeover = .milliseconds(4_500) } == [])
        #expect(breaches { $0.takeover = .milliseconds(4_501) } == ["takeover 4501 ms, promised at most 4500 ms"])
        #expect(breaches { ($0.takeover, $0.stalled) = (.milliseconds(4_560), .milliseconds(60)) } == [])
        #expect(
            breaches { ($0.takeover, $0.stalled) = (.milliseconds(4_561), .milliseconds(60)) } == [
                "takeover 4561 ms, promised at most 4500 ms and 60 ms for which this machine stood still"
            ])
        #expect(breaches { $0.takeover = nil } == ["takeover never, promised at most 4500 ms"])
    }

    @Test func longRefreshGap_BreaksThePromise_OnlyIfItWasMeasured() {
        #expect(breaches { $0.refreshGap = .seconds(6) } == ["refresh gap 6000 ms, promised at most 5500 ms"])
        #expect(breaches { ($0.refreshGap, $0.refreshes) = (nil, nil) } == [])
    }

    @Test func failedRefresh_BreaksThePromise_OnlyWhereNoneMayFail() {
        #expect(breaches { $0.failedRefreshes = 1 } == ["failed refreshes 1, promised 0"])
        var figures = Self.good
        figures.failedRefreshes = 9
        #expect(DrillResult.done(.redisDown, figures).breaches == [])
    }

    @Test func callOfWeChatInVain_BreaksThePromise() {
        #expect(breaches { $0.fetches = 1 } == ["WeChat calls 1, promised 0"])
        var figures = Self.good
        figures.takeover = nil
        #expect(DrillResult.done(.stampede, figures).breaches == ["WeChat calls 0, promised exactly 1"])
        figures.fetches = 1
        #expect(DrillResult.done(.stampede, figures).breaches == [])
    }

    @Test func finding_BreaksThePromise_AndIsToldFirst() {
        let told = breaches({ $0.failedReads = 1 }, findings: ["aborted: a read failed"])
        #expect(told == ["aborted: a read failed", "failed reads 1, promised 0"])
    }

    @Test func everyDrill_PromisesThatNobodyIsHurt() {
        for name in DrillName.allCases {
            let lines = Drill(name).promise.judge(Self.good)
            #expect(lines.prefix(3).map(\.name) == ["failed reads", "dead tokens", "overlapping calls"], "\(name)")
        }
    }

    @Test func resultLine_TellsEveryFigure() {
        var figures = Self.good
        figures.failedReads = 2
        let line = DrillResult.done(.killLeader, figures).line
        #expect(line.contains("kill-leader  ") && line.contains("BROKEN"))
        for part in [
            "takeover 3900 ms", "refresh gap 4000 ms", "reads 1800 (2 failed)", "refreshes 50 (0 failed)",
            "WeChat calls 0", "overlaps 0",
        ] { #expect(line.contains(part), "\(part)") }
        let unknown = DrillResult.done(.stepDown, Figures(takeover: .milliseconds(31), reads: 90)).line
        #expect(unknown.contains("refreshes - (- failed)") && unknown.contains("WeChat calls -"))
    }

    @Test func harm_IsWhatHurtsCallersOrWeChat() {
        #expect(harm(.init(status: 200, node: "a", token: "t", life: .going)) == nil)
        #expect(harm(.init(status: 503, node: "b", token: nil, life: nil)) == "a read failed: 503 from b")
        let refused = harm(.init(status: 503, node: nil, token: nil, life: nil))
        #expect(refused == "a read failed: 503 from the load balancer")
        #expect(harm(.init(status: nil, node: nil, token: nil, life: nil)) == "a read failed: no answer")
        #expect(harm(.init(status: 200, node: "a", token: "t", life: .over)) == "a caller got a dead token")
        #expect(harm(nil, overlaps: 1) == "two calls of WeChat overlapped")
    }

    private func harm(_ read: Load.Read?, overlaps: Int = 0) -> String? {
        let load = Load()
        if let read { load.note(read) }
        return Harm(load, overlaps: overlaps)?.description
    }
}

extension Load.Read {
    fileprivate init(status: Int?, node: String?, token: String?, life: Load.Life?) {
        self.init(app: "wx1", start: .now, end: .now, status: status, node: node, token: token, life: life)
    }
}

extension DrillResult {
    /// A drill that was done.
    static func done(
        _ name: DrillName, _ figures: Figures, findings: [String] = [], timeline: Timeline = Timeline(length: .zero)
    ) -> DrillResult {
        let outcome = Outcome(figures: figures, findings: findings, timeline: timeline)
        return DrillResult(name: name, promise: Drill(name).promise, outcome: outcome)
    }
}

extension Load.Read {
    fileprivate init(_ status: Int, _ life: Load.Life?) {
        self.init(
            app: "wx1", start: .now, end: .now, status: status, node: "b", token: life.map { _ in "T" }, life: life)
    }
}
