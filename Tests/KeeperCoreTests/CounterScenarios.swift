import Testing

@testable import KeeperCore

/// Each figure of the metrics counts what its name says, and what is shown of an app is what is known of it.
@Suite struct CounterScenarios {
    private let due = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(4000))

    private func counters(_ harness: Harness) -> Counters { harness.core.status(at: harness.now).counters }

    private func app(_ harness: Harness) throws -> AppStatus {
        try #require(harness.core.status(at: harness.now).apps.first)
    }

    @Test func ticksAndTerms_AreCounted() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        let before = counters(harness).ticks
        #expect(counters(harness).terms == 1 && before >= 1)
        harness.pass(LeaseTiming.standard.tickPeriod * 10)
        #expect((8...12).contains(counters(harness).ticks - before))
        harness.store.wipe()
        harness.pass(.seconds(20))
        #expect(harness.isLeading() && counters(harness).terms == 2)
    }

    @Test func calls_AreCountedByWhatTheyBrought() throws {
        var harness = Harness.leading(due)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: .busy, reaction: .backOff)))
        #expect(counters(harness).refreshesFailed == 1 && counters(harness).unknownCalls == 0)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.unknown(.noAnswer))
        #expect(counters(harness).refreshesFailed == 2 && counters(harness).unknownCalls == 1)
        #expect(counters(harness).refreshesDone == 0)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(issues: "t2")
        #expect(counters(harness).refreshesDone == 1 && counters(harness).refreshesFailed == 2)
    }

    @Test func refreshes_AreCountedWhoeverAsksAndWhateverIsAnswered() {
        var harness = Harness.leading(.sample(age: .seconds(1000), previous: ["t0"]))
        harness.ask(refused: "t1")
        harness.ask(refused: "t0")
        harness.ask(.operatorAsked)
        #expect(counters(harness).refreshesAsked == 3)
    }

    @Test func recordsWrittenBack_AreCounted_AndToldOf() {
        var harness = Harness.leading(.sample(version: 3, age: .seconds(100)))
        harness.pass(.seconds(1))
        for count in 1...2 {
            harness.store.forget(.wx1)
            harness.pass(.seconds(2))
            #expect(counters(harness).restorations == count)
        }
        #expect(harness.notices.count { $0 == .credential(app: .wx1, notice: .restored(version: 3)) } == 2)
    }

    @Test func renewalsThatFail_AreCounted() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.pass(.seconds(3))
        #expect(counters(harness).renewalsFailed == 0)
        harness.weather = { if case .lease(_, .renew) = $0 { .unreachable } else { .fair } }
        harness.pass(.seconds(3))
        #expect(counters(harness).renewalsFailed >= 2)
    }

    @Test(arguments: [(0.9, 0), (-0.9, 0), (1.1, 1), (-1.1, 1)])
    func jumpOfTheStoresClock_CountsFromASecondOn(seconds: Double, count: Int) {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.pass(.seconds(2))
        harness.store.stepClock(by: seconds, at: harness.now)
        harness.pass(.seconds(2))
        #expect(counters(harness).storeClockSteps == count)
    }

    @Test func rotationsOfTheDay_AndTheNextAttempt_AreShown() throws {
        var record = CredentialRecord.sample(age: .seconds(1000))
        record.rotationsToday = 7
        let harness = Harness.leading(record)
        #expect(try app(harness).rotationsToday == 7)
        // At half the life of two hours, give or take a twentieth.
        let next = try #require(try app(harness).nextAttempt)
        #expect(next >= .seconds(3240 - 1000) && next <= .seconds(3960 - 1000))
        #expect(try app(Harness.following(record)).nextAttempt == nil)
    }

    @Test func appAndItsTicket_AreIllAsOne() throws {
        var harness = Harness(apps: [AppSettings(id: .wx1, line: .stable), AppSettings(ticket: .jsapi, of: .wx1)])
        harness.play(.started)
        harness.pass(.seconds(30))
        let health = harness.core.health(at: harness.now)
        #expect(health.ill.map(\.app) == [.wx1, AppID.wx1.ticket(.jsapi)])
        #expect(health.illCount == 1 && health.appCount == 1)
    }

    @Test func pauseOfTakeovers_IsShownWithWhatIsLeftOfIt() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        #expect(harness.core.status(at: harness.now).pauseLeft == nil)
        harness.store.pause(for: .seconds(600), at: harness.now)
        harness.pass(.seconds(1))
        let left = harness.core.status(at: harness.now).pauseLeft
        #expect(left.map { $0 > .seconds(598) && $0 <= .seconds(600) } == true)
    }
}
