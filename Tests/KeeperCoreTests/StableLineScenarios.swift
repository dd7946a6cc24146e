import Testing

@testable import KeeperCore

/// The stable line: no intents, no quiet period without a token, and a token that comes back until its window opens.
@Suite struct StableLineScenarios {
    @Test func firstToken_IsPutWithoutAnIntent() throws {
        var harness = Harness.leading(line: .stable)
        harness.letOthersRegister()
        try harness.wechat(issues: "s1")
        #expect(harness.story == ["acquire", "renew", "call", "put"])
        #expect(harness.served?.credential.token == Token("s1"))
    }

    @Test func firstToken_DoesNotWaitForTheQuietPeriod() {
        var harness = Harness(line: .stable)
        harness.play(.started)
        harness.passUntil(atMost: .seconds(2)) { !$0.calls.isEmpty }
        #expect(harness.calls.map(\.kind) == [.stable])
    }

    @Test func oldTokenComingBack_IsAskedForUntilANewOneComes() throws {
        var harness = Harness.leading(.sample(left: .seconds(300), age: .seconds(6900)), line: .stable)
        harness.pass(.milliseconds(4990))
        #expect(harness.calls.isEmpty)
        harness.pass(.milliseconds(20))
        for _ in 0..<3 {
            #expect(harness.calls.count == 1)
            let left = try #require(harness.served).credential.expiresAt - harness.now
            try harness.wechat(issues: "t1", life: left)
            #expect(harness.calls.isEmpty)
            harness.pass(.seconds(20))
        }
        try harness.wechat(issues: "t2")
        #expect(harness.served?.credential.token == Token("t2"))
        #expect(try harness.record().version == 2)
        harness.pass(.seconds(3000))
        #expect(harness.calls.isEmpty)
    }

    /// Written down is only when the token ends: who reported it after WeChat had named it is looked after in its turn.
    @Test func tokenOfWhichOnlyTheEndIsNews_IsNotCalledAnother() throws {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(6950)), line: .stable)
        harness.passUntil { !$0.calls.isEmpty }
        harness.weather = { if case .credential(_, .put) = $0 { .slow(.seconds(1)) } else { .fair } }
        try harness.wechat(issues: "t1", life: .seconds(290))
        let waiter = harness.ask(refused: "t1")
        let `operator` = harness.ask(.operatorAsked)
        harness.pass(.milliseconds(1100))
        #expect(harness.story.last { $0 == "put" } != nil)
        #expect(harness.answer(to: waiter) == nil && harness.answer(to: `operator`) == nil)
        try harness.wechat(says: .alive)
        guard case .token(_, _, refreshed: false, stillValid: true) = harness.answer(to: waiter) else {
            Issue.record("answered \(String(describing: harness.answer(to: waiter)))")
            return
        }
    }

    @Test func callOfUnknownOutcome_LeavesNoUncertainty() throws {
        var harness = Harness.leading(.sample(left: .seconds(200), age: .seconds(7000)), line: .stable)
        try harness.wechat(.unknown(.noAnswer))
        #expect(try harness.record().uncertainty == nil)
        #expect(harness.served?.promisedUntil == nil)
    }

    @Test func uncertainty_IsAnsweredByTheTokenItself() throws {
        var harness = Harness.leading(
            .sample(age: .seconds(100), uncertainty: StoredUncertainty(event: 1, age: .seconds(5))), line: .stable)
        #expect(harness.served?.promisedUntil != nil)
        try harness.wechat(issues: "t1", life: .seconds(7100))
        #expect(harness.story == ["acquire", "renew", "call", "put"])
        #expect(try harness.record().uncertainty == nil)
        #expect(harness.served?.promisedUntil == nil)
    }

    /// A forced refresh of the term before may still be on its way, and replace whatever is fetched before it.
    @Test func uncertainty_KeepsTheQuietPeriodEvenWithoutALivingToken() {
        var harness = Harness(line: .stable)
        harness.store.keep(
            .sample(left: .zero, age: .seconds(7200), uncertainty: StoredUncertainty(event: 1, age: .seconds(3))),
            at: harness.now)
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true,
            release: .handedOver(Handover(left: .seconds(2))))
        harness.play(.started)
        let granted = harness.now
        #expect(harness.isLeading())
        harness.letOthersRegister()
        harness.passUntil { !$0.calls.isEmpty }
        #expect(harness.now >= granted + .seconds(2))
    }

    @Test func operatorsWish_IsAForcedCallUnderAnIntent() throws {
        var harness = Harness.leading(.sample(age: .seconds(1000)), line: .stable)
        let waiter = harness.ask(.operatorAsked)
        #expect(harness.calls.map(\.kind) == [.stableForced])
        try harness.wechat(issues: "s2")
        #expect(harness.story == ["acquire", "renew", "begin", "call", "publish"])
        #expect(harness.token(for: waiter) == "s2")
    }

    @Test func forcedCallThatBringsTheOldTokenBack_HasRotatedNothing() throws {
        var harness = Harness.leading(.sample(age: .seconds(1000)), line: .stable)
        let waiter = harness.ask(.operatorAsked)
        try harness.wechat(issues: "t1", life: .seconds(6200))
        #expect(harness.story == ["acquire", "renew", "begin", "call", "abort(none)"])
        #expect(harness.token(for: waiter) == "t1")
        #expect(try harness.record().version == 1)
    }
}
