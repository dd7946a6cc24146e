import Testing

@testable import KeeperCore

/// An operator who asks for another token, beside those who report the current one: each waits for a thing of its own.
@Suite struct OperatorScenarios {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000), previous: ["t0"])
    /// So young that an operator has to wait five seconds more.
    private let young = CredentialRecord.sample(age: .seconds(295))
    private let quota = Trouble(errcode: 45009, summary: "quota used up")

    // MARK: At a follower

    @Test func wish_IsForwardedBesideAReport_NotWithIt() throws {
        var harness = Harness.following(mature)
        let reporter = harness.ask(refused: "t1")
        let `operator` = harness.ask(.operatorAsked)
        #expect(harness.forwards.map(\.forwarding.reason) == [.refused(Token("t1")), .operatorAsked])
        // The leader has found the token good, which is no answer to the operator.
        try harness.leader(.token(record: mature, refreshed: false, stillValid: true))
        #expect(harness.token(for: reporter) == "t1" && harness.answer(to: `operator`) == nil)
        try harness.leader(.answered(.tooSoon(retryAfter: .seconds(9))))
        #expect(harness.answer(to: `operator`) == .tooSoon(retryAfter: .seconds(9)))
    }

    @Test func thoseWhoWaitedForALeader_AreForwardedApart() {
        var harness = Harness.following(mature)
        harness.store.lock = nil
        harness.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        harness.pass(.seconds(1))
        for _ in 1...3 {
            harness.ask(refused: "t1")
            harness.ask(.operatorAsked)
        }
        harness.ask(refused: "unheard-of")
        harness.store.lead(.n3, epoch: 5, until: harness.now + .seconds(60))
        harness.play(.hinted)
        #expect(
            harness.forwards.map(\.forwarding.reason) == [
                .refused(Token("t1")), .operatorAsked, .refused(Token("unheard-of")),
            ])
    }

    @Test(arguments: [
        ForwardOutcome.answered(.notLeader(nil)), .answered(.unavailable(reason: .noLeader, retryAfter: .seconds(3))),
        .failed(reason: "connection refused"),
    ])
    func leaderThatIsNone_IsAskedAgain_AndNobodyIsSentAway(outcome: ForwardOutcome) throws {
        var harness = Harness.following(mature)
        let waiters = [harness.ask(refused: "t1"), harness.ask(.operatorAsked)]
        for _ in waiters { try harness.leader(outcome) }
        #expect(waiters.allSatisfy { harness.answer(to: $0) == nil })
        harness.pass(LeaseTiming.standard.renewalRetry + .milliseconds(10))
        #expect(harness.forwards.count == 2)
    }

    // MARK: At the leader

    @Test(arguments: [
        ProbeOutcome.alive, .inconclusive(.busy),
        .refused(
            Refusal(trouble: Trouble(errcode: 45009, summary: "quota used up"), reaction: .pause(for: .seconds(60)))),
    ])
    func wordAboutAReportedToken_AnswersTheReporterAlone(verdict: ProbeOutcome) throws {
        var harness = Harness.leading(young)
        let reporter = harness.ask(refused: "t1")
        let `operator` = harness.ask(.operatorAsked)
        try harness.wechat(says: verdict)
        #expect(harness.answer(to: reporter) != nil && harness.answer(to: `operator`) == nil)
        harness.pass(.seconds(6))
        try harness.wechat(issues: "t2")
        #expect(harness.token(for: `operator`) == "t2")
    }

    @Test func whereWeChatIsToBeLeftAlone_OperatorIsToldAtOnce_ForHowLong() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: quota, reaction: .pause(for: .seconds(3600)))))
        harness.pass(.seconds(100))
        let `operator` = harness.ask(.operatorAsked)
        #expect(harness.answer(to: `operator`) == .refused(trouble: quota, retryAfter: .seconds(3500)))
        // Whoever only uses the token is helped all the same: whether it lives can be asked.
        let reporter = harness.ask(refused: "t1")
        try harness.wechat(says: .alive)
        #expect(harness.token(for: reporter) == "t1")
    }

    @Test func whereTheConfigurationWasWrong_OperatorHasItTriedAtOnce() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        harness.pass(.seconds(100))
        #expect(harness.calls.isEmpty)
        let `operator` = harness.ask(.operatorAsked)
        try harness.wechat(issues: "t2")
        #expect(harness.token(for: `operator`) == "t2")
    }

    @Test func refusalThatComesAfterTheTerm_IsNotTheNextLeadersWord() throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 40001))
        harness.store.lead(.n2, epoch: 6, until: harness.now + .seconds(60))
        harness.play(.hinted)
        #expect(harness.forwards.map(\.forwarding.leader.holder) == [.n2])
        try harness.wechat(.refused(Refusal(trouble: quota, reaction: .pause(for: .seconds(3600)))))
        #expect(harness.answer(to: waiter) == nil)
        let next = CredentialRecord.sample(version: 4, epoch: 6, token: "t4", age: .zero, previous: ["t1"])
        try harness.leader(.token(record: next, refreshed: true, stillValid: false))
        #expect(harness.token(for: waiter) == "t4")
    }

    @Test func nobodyWaitsLonger_ThanForALeaderAndTwoCalls() {
        var harness = Harness.leading(mature)
        // WeChat does not answer, and the shell does not give up in time.
        let waiter = harness.ask(refused: "t1", within: .seconds(3600))
        harness.pass(LeaseTiming.standard.forwardTimeout - .milliseconds(10))
        #expect(harness.answer(to: waiter) == nil)
        harness.pass(.milliseconds(20))
        let trouble = Trouble(summary: "no answer came in time")
        let answer = RefreshAnswer.unavailable(reason: .wechatUnreachable(trouble), retryAfter: .seconds(5))
        #expect(harness.answer(to: waiter) == answer)
    }

    /// Who leads does not say that nobody does.
    @Test(arguments: [true, false]) func whoWaitsForABackOff_IsToldWhy(isAnswered: Bool) throws {
        var harness = Harness.leading()
        harness.letOthersRegister()
        for _ in 0..<6 {
            harness.passUntil { !$0.calls.isEmpty }
            try harness.wechat(isAnswered ? .refused(Refusal(trouble: .busy, reaction: .backOff)) : .notSent(.noAnswer))
        }
        let pause = try #require(harness.core.status(at: harness.now).apps.first?.nextAttempt)
        let waiter = harness.ask(refused: "t1", within: pause / 2)
        harness.pass(pause / 2)
        let left = pause - pause / 2
        let expected: RefreshAnswer =
            isAnswered
            ? .refused(trouble: .busy, retryAfter: left)
            : .unavailable(reason: .wechatUnreachable(.noAnswer), retryAfter: left)
        #expect(harness.answer(to: waiter) == expected)
    }

    @Test func whoWaitsForAQuietPeriod_IsToldSo() {
        var harness = Harness()
        harness.play(.started)
        #expect(harness.isLeading())
        let waiter = harness.ask(refused: "t1", within: .seconds(1))
        harness.pass(.seconds(1))
        let trouble = Trouble(summary: "the leader may not call WeChat yet")
        let answer = RefreshAnswer.unavailable(reason: .wechatUnreachable(trouble), retryAfter: .seconds(5))
        #expect(harness.answer(to: waiter) == answer)
    }

    // MARK: Too many

    @Test func callersWithoutNumber_AreSentAway_UntilThereIsRoom() {
        let apps = (0..<100).map { AppSettings(id: AppID("wx\($0)"), line: .classic) }
        var harness = Harness(apps: apps)
        harness.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        harness.play(.started)
        let waiters = (0..<NodeSettings.mostWaiters).map { harness.ask(refused: "t1", of: apps[$0 % apps.count].id) }
        #expect(!harness.actions.contains { if case .answer = $0 { true } else { false } }, "all of them wait")
        let oneMore = harness.ask(refused: "t1", of: apps[0].id)
        #expect(harness.answer(to: oneMore) == .unavailable(reason: .tooManyWaiting, retryAfter: .seconds(2)))
        harness.play(.waiterLeft(waiters[0]))
        let another = harness.ask(refused: "t1", of: apps[0].id)
        #expect(harness.answer(to: another) == nil)
    }
}
