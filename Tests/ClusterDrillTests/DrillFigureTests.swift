import ClusterObservation
import Testing

@testable import ClusterDrill

/// What a drill writes down, and the figures that come of it.
@Suite struct DrillFigureTests {
    /// A machine that stood still for most of a takeover says nothing against the cluster.
    @Test func worstTakeover_IsTheOneThatTookLongestWhileTheMachineRan() throws {
        let journal = DrillJournal()
        #expect(journal.worstTakeover == nil)
        journal.note("a", leadsAfter: .seconds(3))
        journal.note("b", leadsAfter: .seconds(9), stalled: .seconds(8))
        journal.note("c", leadsAfter: .seconds(4))
        let worst = try #require(journal.worstTakeover)
        #expect(worst.took == .seconds(4) && worst.stalled == .zero)
    }

    @Test func fault_IsTheFirstOfSeveral_AndTheLastWordIsTheLast() {
        let journal = DrillJournal()
        #expect(journal.firstFault == nil && journal.lastWord == nil)
        let first = journal.fault("a is frozen")
        journal.fault("b is killed")
        journal.healed("a goes on")
        #expect(journal.firstFault == first && journal.lastWord == "a goes on")
    }

    @Test func latency_IsTakenFromAllReads() throws {
        let durations = (1...200).map { Duration.milliseconds($0) }.shuffled()
        let latency = try #require(Figures.Latency(of: durations))
        #expect(latency.median == .milliseconds(101) && latency.p99 == .milliseconds(199))
        #expect(latency.slowest == .milliseconds(200))
        #expect(Figures.Latency(of: []) == nil)
        let one = try #require(Figures.Latency(of: [.seconds(1)]))
        #expect(one.median == .seconds(1) && one.p99 == .seconds(1) && one.slowest == .seconds(1))
    }

    @Test func promise_IsToldInOneSentence() {
        let all = Promise(takeover: .milliseconds(4500), refreshGap: .seconds(5), fetches: 1...1)
        #expect(
            all.sentence
                == "Promised: a new leader within 4.5 s of the fault, refreshes are answered again within 5 s, "
                + "no refresh fails, WeChat is asked for one token.")
        let less = Promise(countsFrom: "the end of the pause", failedRefreshes: nil, fetches: 0...3)
        #expect(less.sentence == "Promised: WeChat is asked for at most 3 tokens.")
        let none = Promise(takeover: .milliseconds(900), countsFrom: "the order", fetches: nil)
        #expect(none.sentence == "Promised: a new leader within 900 ms of the order, no refresh fails.")
        #expect(Promise().sentence == "Promised: no refresh fails, WeChat is asked for no token.")
    }
}
