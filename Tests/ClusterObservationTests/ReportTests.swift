import Foundation
import Testing

@testable import ClusterObservation

/// What is told to a person of a node's answers, and how long each is waited for.
@Suite struct ReportTests {
    /// Gives one answer to everything, and remembers what it was asked.
    private actor Node: NodeConnection {
        let body: String
        private(set) var questions: [NodeQuestion] = []

        init(_ body: String) { self.body = body }

        func send(_ question: NodeQuestion) async throws(InquiryFailure) -> NodeAnswer {
            questions.append(question)
            return NodeAnswer(status: 200, body: Array(body.utf8), retryAfter: nil)
        }
    }

    private func table(_ changes: [(String, String)]) async throws -> String {
        let body = changes.reduce(NodeInquiryTests.status) { $0.replacing($1.0, with: $1.1) }
        return try await NodeInquiry(connection: Node(body), version: "1").status().meaning.table
    }

    // MARK: Time

    /// A refresh is held by the node until there is a leader, and a handover takes eight seconds at most.
    @Test func question_IsWaitedForAsLongAsTheNodeMayTake() async throws {
        let node = Node(#"{"access_token":"T","expires_in":1,"leader":"b","epoch":8,"took_ms":1,"ticket":"K"}"#)
        let inquiry = NodeInquiry(connection: node, version: "1")
        _ = try await inquiry.token("wx1")
        _ = try await inquiry.ticket("jsapi", of: "wx1")
        for refused in [nil, "T0"] { _ = try await inquiry.refresh("wx1", refused: refused) }
        _ = try await inquiry.stepDown()
        let timeouts = await node.questions.map(\.timeout)
        #expect(timeouts == [.seconds(10), .seconds(10), .seconds(70), .seconds(70), .seconds(30)])
    }

    // MARK: Tokens

    @Test(arguments: [
        (#""refreshed":true"#, "has a new token, 9 s left"),
        (#""refreshed":false,"still_valid":true"#, "keeps its token: WeChat still accepts it, 9 s left"),
        (#""refreshed":false"#, "had a newer token already, 9 s left"),
        (#""refreshed":true,"stale":true"#, "has a new token, 9 s left, not confirmed by the cluster"),
        (#""refreshed":true,"stale":false"#, "has a new token, 9 s left"),
    ])
    func refresh_IsToldInASentence(fields: String, sentence: String) async throws {
        let node = Node(#"{"access_token":"T","expires_in":9,\#(fields)}"#)
        let answer = try await NodeInquiry(connection: node, version: "1").refresh("wx1", refused: "T0")
        #expect(answer.meaning.sentence(about: "wx1") == "wx1 \(sentence)")
        #expect(!answer.meaning.sentence(about: "wx1").contains("T"))
    }

    // MARK: The table

    @Test func pause_IsShownInSeconds() async throws {
        let table = try await table([(#""epoch":7,"#, #""epoch":7,"paused_ms":90500,"#)])
        #expect(table.hasPrefix("leader  b, epoch 7; TAKEOVERS PAUSED for 90 s\n"))
    }

    @Test func uncertaintyOfTheNode_IsShown() async throws {
        let ready = (#""ready":false,"reasons":["draining"]"#, #""ready":true,"reasons":[]"#)
        let table = try await table([(#""stale":false"#, #""stale":true"#), ready])
        #expect(table.contains("\nseen by a, follower, ready, stale\n"))
    }

    @Test func leaseOfTheLeader_IsShown() async throws {
        let table = try await table([(#""role":"follower""#, #""role":"leader","lease_left_ms":4250"#)])
        #expect(table.contains("\nseen by a, leader, lease for 4250 ms, NOT READY (draining)\n"))
    }

    @Test func redisThatRefuses_IsShownWithItsReason_AndWhatIsSpoiled() async throws {
        let refusing =
            #""redis":"refusing","redis_reason":"it is full; free it","redis_spoiled":["lease (epoch)","tok"]"#
        let table = try await table([(#""redis":"reachable""#, refusing)])
        let line = "redis   refusing, in step 120 ms ago: it is full; free it; SPOILED: lease (epoch), tok"
        #expect(table.contains("\n\(line)\n"))
        let clean = try await self.table([(#""redis":"reachable""#, #""redis":"reachable","redis_spoiled":[]"#)])
        #expect(!clean.contains("SPOILED"))
    }

    @Test func appUncertain_IsToldFromOneThatIsIll() async throws {
        let table = try await table([(#""well":false,"uncertain":false"#, #""well":false,"uncertain":true"#)])
        #expect(table.contains("wx22  classic  uncertain") && !table.contains("ILL"))
    }

    @Test func clusterWithoutALeader_SaysSo() async throws {
        #expect(try await table([(#""leader":"b","epoch""#, #""epoch""#)]).hasPrefix("leader  none, epoch 7\n"))
    }
}

/// What a load has seen, and where it stands in the timeline.
@Suite struct LoadTests {
    private let start = ContinuousClock.now

    private func read(_ status: Int?, node: String) -> Load.Read {
        Load.Read(app: "wx1", start: start, end: start, status: status, node: node, token: "t", life: .going)
    }

    private func report(from: Double, to: Double, _ status: Int, life: Load.Life? = nil) -> Load.Report {
        Load.Report(start: start + .seconds(from), end: start + .seconds(to), status: status, life: life)
    }

    @Test func firstFailure_StaysTheFirst() {
        let load = Load()
        load.note(read(200, node: "a"))
        #expect(load.firstFailure == nil)
        for node in ["b", "c"] { load.note(read(503, node: node)) }
        #expect(load.firstFailure?.answer == "503 from b")
    }

    @Test func deadTokenOfARefresh_IsCountedToo() {
        let load = Load()
        for life in [Load.Life.going, .overtaken, .over] { load.note(report(from: 0, to: 1, 200, life: life)) }
        #expect(load.tally == Load.Tally(deadTokens: 2, reports: 3))
    }

    /// One that was on its way when the fault came proves nothing.
    @Test func refreshGap_CountsFromTheFault_ToTheFirstThatWasBegunAfterIt() {
        let load = Load()
        load.note(report(from: -1, to: 0.5, 200))
        load.note(report(from: 1, to: 2, 503))
        load.note(report(from: 3, to: 5, 200))
        load.note(report(from: 4, to: 4.5, 200))
        #expect(load.refreshGap(since: start) == .seconds(4.5))
        #expect(load.refreshGap(since: start + .seconds(6)) == nil)
    }

    private func life(_ from: Double, _ replaced: Double, _ to: Double) -> Timeline.Life {
        Timeline.Life(
            app: "wx1", fingerprint: "f", from: .seconds(from), replaced: .seconds(replaced), to: .seconds(to))
    }

    /// Lives that were given, and what is left of each in a watch of ten seconds.
    @Test func life_IsCutToTheWatch() {
        for (given, kept) in [
            (life(1, 2, 3), life(1, 2, 3)), (life(-5, 2, 3), life(0, 2, 3)), (life(-5, -3, 3), life(0, 0, 3)),
            (life(8, 9, 20), life(8, 9, 10)), (life(8, 12, 20), life(8, 10, 10)), (life(-9, 99, 99), life(0, 10, 10)),
            (life(-9, -8, 0), nil), (life(-9, -8, -1), nil), (life(10, 11, 12), nil), (life(11, 12, 13), nil),
        ] as [(Timeline.Life, Timeline.Life?)] {
            var timeline = Timeline(length: .seconds(10))
            timeline.add(given)
            #expect(timeline.lives.first == kept)
        }
    }
}
