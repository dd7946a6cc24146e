import ClusterObservation
import Foundation
import Testing

@testable import ClusterDrill

/// The page and the JSON object of `wxkeeper drill`.
@Suite struct DrillReportTests {
    private static let angry = "<script>alert('&\"')</script>"

    private static var timeline: Timeline {
        var timeline = Timeline(length: .seconds(10))
        timeline.marks = [
            .init(kind: .fault, at: .seconds(2), text: "a is killed"),
            .init(kind: .healed, at: .seconds(6), text: "a is started again"),
        ]
        timeline.takeovers = [.init(node: "b", at: .seconds(5), took: .seconds(3))]
        timeline.bands = [
            .init(node: "a", word: .leads, from: .zero, to: .seconds(2)),
            .init(node: "a", word: .silent, from: .seconds(2), to: .seconds(10)),
            .init(node: "b", word: .follows, from: .zero, to: .seconds(5)),
            .init(node: "b", word: .leads, from: .seconds(5), to: .seconds(10)),
        ]
        timeline.reads = (0..<20).map { .init(at: Timeline.beat * $0, reads: 100, failed: $0 == 7 ? 3 : 0) }
        timeline.calls = [
            .init(at: .seconds(1), app: "wx1", node: "a", isFetch: false, hasIssued: false),
            .init(at: .seconds(8), app: "wx1", node: "b", isFetch: true, hasIssued: true),
        ]
        timeline.lives = [
            .init(app: "wx1", fingerprint: "0a1b2c", from: .zero, replaced: .seconds(8), to: .seconds(10))
        ]
        return timeline
    }

    private func reading(_ results: [DrillResult], cluster: String = "here") -> DrillReading {
        DrillReading(
            surroundings: .init(
                version: "1.2.3", date: Date(timeIntervalSince1970: 0), cluster: cluster, nodes: 3, leaseTTL: "4s",
                wechatTimeout: "2s"),
            results: results)
    }

    private var everyDrill: [DrillResult] {
        DrillName.allCases.map { name in
            let promise = Drill(name).promise
            var figures = DrillPromiseTests.good
            figures.takeover = promise.takeover
            figures.refreshGap = promise.refreshGap
            figures.fetches = promise.fetches?.lowerBound
            return .done(name, figures, timeline: Self.timeline)
        }
    }

    @Test func page_ShowsEveryDrill_EachWithItsTimeline() {
        let page = DrillReport(pageStyle: "").render(reading(everyDrill))
        for name in DrillName.allCases {
            #expect(page.contains("id=\"\(name.rawValue)\""), "\(name)")
            #expect(page.contains("<a href=\"#\(name.rawValue)\">"), "\(name)")
            #expect(page.contains("<title id=\"\(name.rawValue)-title\">"), "\(name)")
        }
    }

    @Test func timeline_TellsWhatHappened_ToWhoeverCannotSeeIt() {
        let page = DrillReport(pageStyle: "").render(
            reading([.done(.killLeader, DrillPromiseTests.good, timeline: Self.timeline)]))
        #expect(page.contains("0.0 s: a is killed. 3.0 s: b leads. 4.0 s: a is started again. 3 reads failed."))
        #expect(page.contains("role=\"img\"") && page.contains("after 3000 ms"))
        #expect(page.contains("<title>3 of 100 reads failed, 1.5 s</title>"))
        #expect(page.contains("a token is issued wx1 by b, 6.0 s"))
    }

    @Test func page_EscapesWhateverItShows() {
        var timeline = Self.timeline
        timeline.marks[0].text = Self.angry
        timeline.bands[0].node = Self.angry
        timeline.lives[0].app = Self.angry
        timeline.calls[0].app = Self.angry
        let result = DrillResult.done(.killLeader, DrillPromiseTests.good, findings: [Self.angry], timeline: timeline)
        let page = DrillReport(pageStyle: "").render(reading([result], cluster: Self.angry))
        #expect(!page.contains("<script") && page.contains("&lt;script&gt;"))
    }

    @Test func page_LoadsNothing_AndHasNoScript() {
        let page = DrillReport(pageStyle: "").render(reading(everyDrill))
        for word in ["http:", "https:", "url(", "@import", "<script", "src=", "<link rel=\"stylesheet"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("prefers-color-scheme: dark"))
    }

    @Test func brokenPromise_StandsAtTheTop_AndBesideItsDrill() {
        var figures = DrillPromiseTests.good
        figures.failedReads = 3
        let page = DrillReport(pageStyle: "").render(
            reading([.done(.killLeader, figures, timeline: Self.timeline), .done(.stepDown, figures)]))
        #expect(page.contains("2 of 2 drills broke a promise: kill-leader, step-down"))
        #expect(page.contains("<p class=\"breach\">failed reads 3, promised 0</p>"))
    }

    @Test func document_HoldsFiguresPromisesAndTimelines() throws {
        let text = try DrillDocument(reading(everyDrill)).json()
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["ok"] as? Bool == true && document["lease_ttl"] as? String == "4s")
        #expect(document["wxkeeper"] as? String == "1.2.3")
        let drills = try #require(document["drills"] as? [[String: Any]])
        #expect(drills.compactMap { $0["name"] as? String } == DrillName.allCases.map(\.rawValue))
        let first = try #require(drills.first)
        #expect(first["result"] as? String == "ok" && first["takeover_ms"] as? Int == 500)
        #expect(first["reads"] as? Int == 1_800 && first["wechat_calls"] as? Int == 0)
        #expect((first["promise"] as? [[String: Any]])?.first?["kept"] as? Bool == true)
        let timeline = try #require(first["timeline"] as? [String: Any])
        #expect((timeline["leaders"] as? [[String: Any]])?.count == 4)
    }
}
