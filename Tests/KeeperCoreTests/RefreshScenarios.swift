import Testing

@testable import KeeperCore

/// Those who report a token, at the leader.
@Suite struct RefreshScenarios {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000), previous: ["t0"])

    private func token(
        _ harness: Harness, refreshed: Bool, stillValid: Bool
    ) -> RefreshAnswer? {
        harness.served.map {
            .token(
                credential: $0, previous: [Fingerprint(of: Token("t0"))], refreshed: refreshed, stillValid: stillValid)
        }
    }

    @Test func reportedTokenThatLives_IsOnlyProbed() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        #expect(harness.story == ["acquire", "renew", "probe"])
        try harness.wechat(says: .alive)
        #expect(harness.answer(to: waiter) == token(harness, refreshed: false, stillValid: true))
        // Whoever reports it later has WeChat asked anew.
        harness.pass(.seconds(2))
        harness.ask(refused: "t1")
        #expect(harness.probes.count == 1)
        harness.pass(.seconds(5))
        #expect(!harness.story.contains("begin"))
    }

    @Test func deadToken_IsRotatedOnceForTwoHundred() throws {
        var harness = Harness.leading(mature)
        let waiters = (0..<200).map { _ in harness.ask(refused: "t1") }
        #expect(harness.probes.count == 1)
        try harness.wechat(says: .dead(errcode: 40001))
        #expect(harness.calls.count == 1)
        try harness.wechat(issues: "t4")
        #expect(harness.story == ["acquire", "renew", "probe", "begin", "call", "publish"])
        #expect(waiters.allSatisfy { harness.token(for: $0) == "t4" })
        #expect(try harness.record().version == 4)
        #expect(
            harness.notices.contains(
                .credential(app: .wx1, notice: .externalRotation(errcode: 40001, repairedIn: .zero))))
        let late = harness.ask(refused: "t1")
        #expect(harness.token(for: late) == "t4")
        #expect(harness.probes.isEmpty && harness.calls.isEmpty)
    }

    /// A former leader's last publication arrives while WeChat is asked about the token before it.
    @Test func refusalOfAnOlderToken_SaysNothingOfTheNewOne() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        harness.store.keep(
            .sample(version: 4, epoch: 2, token: "t9", age: .zero, previous: ["t1"]), at: harness.now)
        harness.play(.hinted)
        #expect(harness.token(for: waiter) == "t9")
        try harness.wechat(says: .dead(errcode: 40001))
        harness.pass(.seconds(20))
        #expect(!harness.story.contains("begin") && harness.calls.isEmpty)
    }

    @Test(arguments: ["t0", "never-heard-of"])
    func olderOrUnknownToken_IsAnsweredAtOnce(_ reported: String) {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: reported)
        #expect(harness.answer(to: waiter) == token(harness, refreshed: false, stillValid: false))
        #expect(harness.probes.isEmpty)
    }

    @Test func probeWithoutAnAnswer_RotatesNothing() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .inconclusive(.noAnswer))
        #expect(
            harness.answer(to: waiter) == .unavailable(reason: .wechatUnreachable(.noAnswer), retryAfter: .seconds(5)))
        harness.pass(.seconds(60))
        #expect(harness.calls.isEmpty)
    }

    @Test func deadTokenTooYoung_IsHeldUntilTheMinimumSpacing() throws {
        var harness = Harness.leading(.sample(age: .seconds(4)))
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 40001))
        harness.pass(.milliseconds(5990))
        #expect(harness.calls.isEmpty && harness.answer(to: waiter) == nil)
        harness.pass(.milliseconds(20))
        try harness.wechat(issues: "t2")
        #expect(harness.token(for: waiter) == "t2")
    }

    @Test func callerInAHurry_IsToldWhenToComeAgain() throws {
        var harness = Harness.leading(.sample(age: .seconds(4)))
        let waiter = harness.ask(refused: "t1", within: .seconds(3))
        try harness.wechat(says: .dead(errcode: 40001))
        #expect(harness.answer(to: waiter) == .tooSoon(retryAfter: .seconds(6)))
    }

    @Test func refusalByWeChat_IsPassedOn() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 42001))
        try harness.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        #expect(harness.answer(to: waiter) == .refused(trouble: .wrongSecret, retryAfter: .seconds(3600)))
        harness.pass(.seconds(10))
        let next = harness.ask(refused: "t1")
        #expect(harness.answer(to: next) == .refused(trouble: .wrongSecret, retryAfter: .seconds(3590)))
    }

    @Test func unknownOutcome_IsToldAsUnreachable() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 42001))
        try harness.wechat(.unknown(.noAnswer))
        #expect(
            harness.answer(to: waiter) == .unavailable(reason: .wechatUnreachable(.noAnswer), retryAfter: .seconds(2)))
    }

    @Test func callerWhoLeft_IsNotAnswered() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        harness.play(.waiterLeft(waiter))
        try harness.wechat(says: .alive)
        #expect(harness.answer(to: waiter) == nil)
    }

    @Test func unknownApp_IsRefused() {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1", of: AppID("stranger"))
        #expect(harness.answer(to: waiter) == .unavailable(reason: .unknownApp, retryAfter: .seconds(60)))
    }

    @Test func operator_MeetsTheSpacing() throws {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        let early = harness.ask(.operatorAsked)
        #expect(harness.answer(to: early) == .tooSoon(retryAfter: .seconds(200)))
        harness.pass(.seconds(195))
        let soon = harness.ask(.operatorAsked)
        harness.pass(.seconds(6))
        try harness.wechat(issues: "t2")
        #expect(harness.token(for: soon) == "t2")
        #expect(harness.probes.isEmpty)
    }

    @Test func operatorWhoWentAway_IsNotSurprisedByARotationLater() {
        var harness = Harness.leading(.sample(age: .seconds(295)))
        let waiter = harness.ask(.operatorAsked)
        harness.play(.waiterLeft(waiter))
        harness.pass(.seconds(60))
        #expect(harness.calls.isEmpty)
    }

    @Test func operator_MeetsTheDaysBudget() {
        var record = mature
        record.rotationsToday = NodeSettings.classicDailyBudget
        var harness = Harness.leading(record)
        let waiter = harness.ask(.operatorAsked)
        #expect(harness.answer(to: waiter) == .tooSoon(retryAfter: .seconds(3600)))
    }

    /// They reported the token before the store answered; whoever asks now has the new one at once, and so have they.
    @Test func publishUnanswered_KeepsNobodyWaiting() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 40001))
        harness.weather = { if case .credential(_, .publish) = $0 { .lost } else { .fair } }
        try harness.wechat(issues: "t4")
        harness.pass(.seconds(1))
        #expect(harness.token(for: waiter) == "t4")
    }
}
