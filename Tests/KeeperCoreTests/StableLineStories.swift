import Testing

@testable import KeeperCore

/// The stable line: no intents, no quiet period without a token, and a token that comes back until its window opens.
@Suite struct StableLineStories {
    @Test func firstToken_IsPutWithoutAnIntent() throws {
        var stage = Stage.leading(line: .stable)
        stage.letOthersRegister()
        try stage.wechat(issues: "s1")
        #expect(stage.story == ["acquire", "renew", "call", "put"])
        #expect(stage.served?.credential.token == Token("s1"))
    }

    @Test func firstToken_DoesNotWaitForTheQuietPeriod() {
        var stage = Stage(line: .stable)
        stage.play(.started)
        stage.passUntil(atMost: .seconds(2)) { !$0.calls.isEmpty }
        #expect(stage.calls.map(\.kind) == [.stable])
    }

    @Test func oldTokenComingBack_IsAskedForUntilANewOneComes() throws {
        var stage = Stage.leading(.sample(left: .seconds(300), age: .seconds(6900)), line: .stable)
        stage.pass(.milliseconds(4990))
        #expect(stage.calls.isEmpty)
        stage.pass(.milliseconds(20))
        for _ in 0..<3 {
            #expect(stage.calls.count == 1)
            let left = try #require(stage.served).credential.expiresAt - stage.now
            try stage.wechat(issues: "t1", life: left)
            #expect(stage.calls.isEmpty)
            stage.pass(.seconds(20))
        }
        try stage.wechat(issues: "t2")
        #expect(stage.served?.credential.token == Token("t2"))
        #expect(try stage.record().version == 2)
        stage.pass(.seconds(3000))
        #expect(stage.calls.isEmpty)
    }

    @Test func callOfUnknownOutcome_LeavesNoDoubt() throws {
        var stage = Stage.leading(.sample(left: .seconds(200), age: .seconds(7000)), line: .stable)
        try stage.wechat(.unknown(.noAnswer))
        #expect(try stage.record().taint == nil)
        #expect(stage.served?.promisedUntil == nil)
    }

    @Test func doubt_IsAnsweredByTheTokenItself() throws {
        var stage = Stage.leading(
            .sample(age: .seconds(100), taint: Taint(event: 1, age: .seconds(5))), line: .stable)
        #expect(stage.served?.promisedUntil != nil)
        try stage.wechat(issues: "t1", life: .seconds(7100))
        #expect(stage.story == ["acquire", "renew", "call", "put"])
        #expect(try stage.record().taint == nil)
        #expect(stage.served?.promisedUntil == nil)
    }

    /// A forced refresh of the term before may still be on its way, and replace whatever is fetched before it.
    @Test func doubt_KeepsTheQuietPeriodEvenWithoutALivingToken() {
        var stage = Stage(line: .stable)
        stage.store.keep(
            .sample(left: .zero, age: .seconds(7200), taint: Taint(event: 1, age: .seconds(3))), at: stage.now)
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true,
            release: .handedOver(Handover(left: .seconds(2))))
        stage.play(.started)
        let granted = stage.now
        #expect(stage.isLeading())
        stage.letOthersRegister()
        stage.passUntil { !$0.calls.isEmpty }
        #expect(stage.now >= granted + .seconds(2))
    }

    @Test func operatorsWish_IsAForcedCallUnderAnIntent() throws {
        var stage = Stage.leading(.sample(age: .seconds(1000)), line: .stable)
        let waiter = stage.ask(.operatorAsked)
        #expect(stage.calls.map(\.kind) == [.stableForced])
        try stage.wechat(issues: "s2")
        #expect(stage.story == ["acquire", "renew", "begin", "call", "publish"])
        #expect(stage.token(for: waiter) == "s2")
    }

    @Test func forcedCallThatBringsTheOldTokenBack_HasRotatedNothing() throws {
        var stage = Stage.leading(.sample(age: .seconds(1000)), line: .stable)
        let waiter = stage.ask(.operatorAsked)
        try stage.wechat(issues: "t1", life: .seconds(6200))
        #expect(stage.story == ["acquire", "renew", "begin", "call", "abort(none)"])
        #expect(stage.token(for: waiter) == "t1")
        #expect(try stage.record().version == 1)
    }
}
