import Testing

@testable import KeeperCore

/// Those who report a token, at the leader.
@Suite struct RefreshStories {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000), previous: ["t0"])

    private func token(
        _ stage: Stage, refreshed: Bool, stillValid: Bool
    ) -> RefreshAnswer? {
        stage.served.map {
            .token(
                $0, previous: [Fingerprint(of: Token("t0"))], refreshed: refreshed, stillValid: stillValid)
        }
    }

    @Test func reportedTokenThatLives_IsOnlyProbed() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        #expect(stage.story == ["acquire", "renew", "probe"])
        try stage.wechat(says: .alive)
        #expect(stage.answer(to: waiter) == token(stage, refreshed: false, stillValid: true))
        // Whoever reports it later has WeChat asked anew.
        stage.pass(.seconds(2))
        stage.ask(refused: "t1")
        #expect(stage.probes.count == 1)
        stage.pass(.seconds(5))
        #expect(!stage.story.contains("begin"))
    }

    @Test func deadToken_IsRotatedOnceForTwoHundred() throws {
        var stage = Stage.leading(mature)
        let waiters = (0..<200).map { _ in stage.ask(refused: "t1") }
        #expect(stage.probes.count == 1)
        try stage.wechat(says: .dead(errcode: 40001))
        #expect(stage.calls.count == 1)
        try stage.wechat(issues: "t4")
        #expect(stage.story == ["acquire", "renew", "probe", "begin", "call", "publish"])
        #expect(waiters.allSatisfy { stage.token(for: $0) == "t4" })
        #expect(try stage.record().version == 4)
        #expect(stage.notices.contains(.credential(.wx1, .foreignRotation(errcode: 40001, repairedIn: .zero))))
        let late = stage.ask(refused: "t1")
        #expect(stage.token(for: late) == "t4")
        #expect(stage.probes.isEmpty && stage.calls.isEmpty)
    }

    /// A former leader's last publication arrives while WeChat is asked about the token before it.
    @Test func refusalOfAnOlderToken_SaysNothingOfTheNewOne() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        stage.store.keep(
            .sample(version: 4, epoch: 2, token: "t9", age: .zero, previous: ["t1"]), at: stage.now)
        stage.play(.hinted)
        #expect(stage.token(for: waiter) == "t9")
        try stage.wechat(says: .dead(errcode: 40001))
        stage.pass(.seconds(20))
        #expect(!stage.story.contains("begin") && stage.calls.isEmpty)
    }

    @Test(arguments: ["t0", "never-heard-of"])
    func olderOrUnknownToken_IsAnsweredAtOnce(_ reported: String) {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: reported)
        #expect(stage.answer(to: waiter) == token(stage, refreshed: false, stillValid: false))
        #expect(stage.probes.isEmpty)
    }

    @Test func probeWithoutAnAnswer_RotatesNothing() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        try stage.wechat(says: .inconclusive(.noAnswer))
        #expect(
            stage.answer(to: waiter) == .unavailable(.wechatUnreachable(.noAnswer), retryAfter: .seconds(5)))
        stage.pass(.seconds(60))
        #expect(stage.calls.isEmpty)
    }

    @Test func deadTokenTooYoung_IsHeldUntilTheFloor() throws {
        var stage = Stage.leading(.sample(age: .seconds(4)))
        let waiter = stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 40001))
        stage.pass(.milliseconds(5990))
        #expect(stage.calls.isEmpty && stage.answer(to: waiter) == nil)
        stage.pass(.milliseconds(20))
        try stage.wechat(issues: "t2")
        #expect(stage.token(for: waiter) == "t2")
    }

    @Test func callerInAHurry_IsToldWhenToComeAgain() throws {
        var stage = Stage.leading(.sample(age: .seconds(4)))
        let waiter = stage.ask(refused: "t1", within: .seconds(3))
        try stage.wechat(says: .dead(errcode: 40001))
        #expect(stage.answer(to: waiter) == .tooSoon(retryAfter: .seconds(6)))
    }

    @Test func refusalByWeChat_IsPassedOn() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 42001))
        try stage.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        #expect(stage.answer(to: waiter) == .refused(.wrongSecret, retryAfter: .seconds(3600)))
        stage.pass(.seconds(10))
        let next = stage.ask(refused: "t1")
        #expect(stage.answer(to: next) == .refused(.wrongSecret, retryAfter: .seconds(3590)))
    }

    @Test func unknownOutcome_IsToldAsUnreachable() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 42001))
        try stage.wechat(.unknown(.noAnswer))
        #expect(
            stage.answer(to: waiter) == .unavailable(.wechatUnreachable(.noAnswer), retryAfter: .seconds(2)))
    }

    @Test func callerWhoLeft_IsNotAnswered() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        stage.play(.waiterLeft(waiter))
        try stage.wechat(says: .alive)
        #expect(stage.answer(to: waiter) == nil)
    }

    @Test func unknownApp_IsRefused() {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1", of: AppID("stranger"))
        #expect(stage.answer(to: waiter) == .unavailable(.unknownApp, retryAfter: .seconds(60)))
    }

    @Test func operator_MeetsTheSpacing() throws {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        let early = stage.ask(.operatorAsked)
        #expect(stage.answer(to: early) == .tooSoon(retryAfter: .seconds(200)))
        stage.pass(.seconds(195))
        let soon = stage.ask(.operatorAsked)
        stage.pass(.seconds(6))
        try stage.wechat(issues: "t2")
        #expect(stage.token(for: soon) == "t2")
        #expect(stage.probes.isEmpty)
    }

    @Test func operatorWhoWentAway_IsNotSurprisedByARotationLater() {
        var stage = Stage.leading(.sample(age: .seconds(295)))
        let waiter = stage.ask(.operatorAsked)
        stage.play(.waiterLeft(waiter))
        stage.pass(.seconds(60))
        #expect(stage.calls.isEmpty)
    }

    @Test func operator_MeetsTheDaysBudget() {
        var record = mature
        record.rotationsToday = NodeSettings.classicDailyBudget
        var stage = Stage.leading(record)
        let waiter = stage.ask(.operatorAsked)
        #expect(stage.answer(to: waiter) == .tooSoon(retryAfter: .seconds(3600)))
    }

    /// They reported the token before the store answered; whoever asks now has the new one at once, and so have they.
    @Test func publishUnanswered_KeepsNobodyWaiting() throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 40001))
        stage.weather = { if case .credential(_, .publish) = $0 { .lost } else { .fair } }
        try stage.wechat(issues: "t4")
        stage.pass(.seconds(1))
        #expect(stage.token(for: waiter) == "t4")
    }
}
