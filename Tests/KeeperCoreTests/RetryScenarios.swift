import Testing

@testable import KeeperCore

/// What the store refuses, or does not answer, is tried again in a moment: neither in the same breath nor a minute
/// later.
@Suite struct RetryScenarios {
    private let due = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(4000))
    private let retry = LeaseTiming.standard.renewalRetry

    /// The same token under another version: whoever wrote it, the decision has to be made anew.
    private func moveOn(_ harness: inout Harness, age: Duration) {
        harness.store.keep(.sample(version: 4, epoch: 2, age: age), at: harness.now)
    }

    private func count(_ word: String, _ harness: Harness) -> Int { harness.story.count { $0 == word } }

    @Test func beginThatIsRefused_IsTriedAgainInAMoment() {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(1000)))
        moveOn(&harness, age: .seconds(1000))
        harness.ask(.operatorAsked)
        #expect(count("begin", harness) == 1 && harness.calls.isEmpty, "not in the same breath")
        harness.pass(.milliseconds(60))
        #expect(count("begin", harness) == 2 && harness.calls.count == 1)
    }

    @Test func beginThatDoesNotArrive_IsTriedAgainAfterTheTimeOfARenewal() {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(1000)))
        harness.weather = { if case .credential(_, .begin) = $0 { .unreachable } else { .fair } }
        harness.ask(.operatorAsked)
        harness.pass(retry / 2)
        #expect(count("begin", harness) == 1)
        harness.weather = { _ in .fair }
        harness.pass(retry)
        #expect(harness.calls.count == 1)
    }

    @Test func beginWithoutAnAnswer_IsWithdrawnAfterTheTimeOfARenewal_AndTriedAgain() {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(1000)))
        harness.weather = { if case .credential(_, .begin) = $0 { .lost } else { .fair } }
        harness.ask(.operatorAsked)
        harness.pass(LeaseTiming.standard.commandTimeout + .milliseconds(1))
        #expect(harness.story.suffix(1) == ["begin"])
        harness.weather = { _ in .fair }
        harness.pass(retry + .milliseconds(60))
        #expect(harness.story.contains("abort(unsent)") && harness.calls.count == 1)
    }

    @Test(arguments: [ScriptedStore.Weather.unreachable, .lost])
    func endOfACallThatDoesNotArrive_IsToldAgain(weather: ScriptedStore.Weather) throws {
        var harness = Harness.leading(due)
        harness.passUntil { !$0.calls.isEmpty }
        harness.weather = { if case .credential(_, .abort) = $0 { weather } else { .fair } }
        try harness.wechat(.refused(Refusal(trouble: .busy, reaction: .pause(for: .seconds(600)))))
        harness.pass(LeaseTiming.standard.commandTimeout + .milliseconds(1))
        #expect(try harness.record().intent != nil)
        harness.weather = { _ in .fair }
        harness.pass(retry + .milliseconds(10))
        #expect(try harness.record().intent == nil && harness.record().trouble == .busy)
    }

    @Test func tokenOfTheStableLineThatIsRefused_IsAskedForAgainInAMoment() throws {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(6950)), line: .stable)
        harness.passUntil { !$0.calls.isEmpty }
        moveOn(&harness, age: .seconds(6950))
        try harness.wechat(issues: "t2")
        #expect(count("put", harness) == 1 && harness.calls.isEmpty)
        #expect(harness.served?.credential.token == Token("t1"), "what nobody else could have verified is not served")
        harness.pass(.milliseconds(60))
        try harness.wechat(issues: "t2")
        #expect(harness.served?.credential.token == Token("t2"))
        #expect(try harness.record().issue?.token == Token("t2"))
    }

    @Test func recordThatCannotBeWrittenBack_IsTriedAgainAfterTheTimeOfARenewal() throws {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(100)))
        harness.pass(.seconds(2))
        harness.weather = { if case .credential(_, .restore) = $0 { .unreachable } else { .fair } }
        harness.store.forget(.wx1)
        harness.passUntil { $0.story.contains("restore") }
        harness.forget()
        harness.pass(retry / 2)
        #expect(count("restore", harness) == 0)
        harness.weather = { _ in .fair }
        harness.pass(retry)
        #expect(count("restore", harness) == 1)
        #expect(try harness.record().issue?.token == Token("t1"))
    }

    /// WeChat that cannot be called is no reason to leave the store without a record, nor the store one to call WeChat.
    @Test func pauseForWeChat_AndPauseForTheStore_AreIndependent() throws {
        var harness = Harness.leading(due)
        for _ in 0..<6 {
            harness.passUntil { !$0.calls.isEmpty }
            try harness.wechat(.refused(Refusal(trouble: .busy, reaction: .backOff)))
        }
        let plan = try #require(harness.core.status(at: harness.now).apps.first?.nextAttempt)
        let next = harness.now + plan
        #expect(plan > .seconds(3), "the pause is long enough to tell anything")
        harness.weather = { if case .credential(_, .restore) = $0 { .unreachable } else { .fair } }
        harness.store.forget(.wx1)
        harness.passUntil(atMost: .milliseconds(500)) { $0.story.contains("restore") }
        harness.weather = { _ in .fair }
        harness.passUntil(atMost: retry * 2) { $0.store.record(.wx1, at: $0.now) != nil }
        harness.passUntil { !$0.calls.isEmpty }
        #expect(harness.now >= next)
    }

    @Test func publicationThatDoesNotArrive_IsRepeatedAfterTheTimeOfARenewal() throws {
        var harness = Harness.leading(due)
        harness.passUntil { !$0.calls.isEmpty }
        harness.weather = { if case .credential(_, .publish) = $0 { .unreachable } else { .fair } }
        try harness.wechat(issues: "t2")
        harness.forget()
        harness.pass(retry / 2)
        #expect(count("publish", harness) == 0)
        harness.weather = { _ in .fair }
        harness.pass(retry)
        #expect(count("publish", harness) == 1)
        #expect(try harness.record().issue?.token == Token("t2"))
    }

    /// A line that rotates nothing says what we have: then nothing is asked for a while.
    @Test func answerThatIsNoNews_IsNotAskedForAtOnce() throws {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(6950)), line: .stable)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(issues: "t1", life: .seconds(250))
        #expect(harness.calls.isEmpty)
        let pause = harness.passUntil { !$0.calls.isEmpty }
        #expect(pause > .seconds(15) && pause < .seconds(21))
    }

    /// A call that should rotate brings what we have: asking again and again would cost the day's quota.
    @Test(arguments: [(4000.0, 300), (7000, 20)])
    func rotatingCallThatBringsTheKnownToken_IsNotRepeatedAtOnce(age: Double, seconds: Int) throws {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(age)))
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(issues: "t1", life: .seconds(7200 - age))
        #expect(harness.calls.isEmpty && count("begin", harness) == 1)
        #expect(try harness.record().intent == nil)
        let pause = harness.passUntil(atMost: .seconds(400)) { !$0.calls.isEmpty }
        #expect(pause > .seconds(seconds - 2) && pause < .seconds(seconds + 2))
        try harness.wechat(issues: "t2")
        #expect(harness.served?.credential.token == Token("t2"))
    }
}
