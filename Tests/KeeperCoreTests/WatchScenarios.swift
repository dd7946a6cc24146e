import Testing

@testable import KeeperCore

/// The leader's own watch over a classic token.
@Suite struct WatchScenarios {
    private let mature = CredentialRecord.sample(age: .seconds(1000))

    @Test func oneRefusal_ProvesNothing() throws {
        var harness = Harness.leading(mature, watchPeriod: .seconds(30))
        harness.passUntil { !$0.probes.isEmpty }
        try harness.wechat(says: .dead(errcode: 40001))
        let pause = harness.passUntil { !$0.probes.isEmpty }
        #expect(pause.isClose(to: .seconds(3)))
        try harness.wechat(says: .alive)
        #expect(harness.passUntil { !$0.probes.isEmpty } >= .milliseconds(29_980))
        #expect(harness.calls.isEmpty)
    }

    @Test func twoRefusals_RotateBeforeAnybodyAsks() throws {
        var harness = Harness.leading(mature, watchPeriod: .seconds(30))
        harness.passUntil { !$0.probes.isEmpty }
        try harness.wechat(says: .dead(errcode: 40001))
        harness.passUntil { !$0.probes.isEmpty }
        try harness.wechat(says: .dead(errcode: 40001))
        #expect(harness.calls.count == 1)
        #expect(
            harness.notices.contains(
                .credential(app: .wx1, notice: .externalRotation(errcode: 40001, repairedIn: .zero))))
        #expect(harness.core.status(at: harness.now).counters.externalRotations == 1)
    }

    @Test func refusalOfAYoungToken_IsNotEvenAskedFor() throws {
        var harness = Harness.leading(watchPeriod: .seconds(1))
        harness.letOthersRegister()
        try harness.wechat(issues: "t1")
        #expect(harness.passUntil { !$0.probes.isEmpty } >= .seconds(10))
    }

    @Test func watch_CanBeSwitchedOff() {
        var harness = Harness.leading(mature, watchPeriod: .zero)
        harness.pass(.seconds(1000))
        #expect(harness.probes.isEmpty)
    }

    @Test func whatIsDue_GoesBeforeAWatchThatIsOverdueToo() throws {
        var harness = Harness.leading(.sample(age: .seconds(3000)), watchPeriod: .seconds(30))
        harness.passUntil { !$0.probes.isEmpty }
        try harness.wechat(says: .alive)
        // The lease lapses; meanwhile both the watch and the token's half-life come and go.
        harness.weather = { if case .lease = $0 { .unreachable } else { .fair } }
        harness.pass(.seconds(1500))
        harness.forget()
        harness.weather = { _ in .fair }
        harness.passUntil { !$0.probes.isEmpty || !$0.calls.isEmpty }
        #expect(harness.probes.isEmpty && harness.calls.count == 1)
    }

    /// The external program fetches as often as we do, and each fetch of the one ends the other's token.
    @Test func externalRotations_IsAnsweredAtOnce() throws {
        var harness = Harness.leading(mature, watchPeriod: .seconds(30))
        var told: [Duration] = []
        for round in 1...10 {
            try harness.rotateExternally()
            try harness.wechat(issues: "r\(round)")
            #expect(try harness.record().externalRotations?.count == round)
            for case .credential(_, .externalRotation(_, let pause)) in harness.notices { told.append(pause) }
            harness.forget()
        }
        #expect(told == Array(repeating: .zero, count: 10))
    }

    /// A hundred times today, as far as a new leader can tell.
    private var spent: CredentialRecord {
        var record = mature
        record.rotationsToday = 100
        return record
    }

    @Test func whenAHundredAreSpent_TheNextWaitsAMinute() throws {
        var harness = Harness.leading(spent, watchPeriod: .seconds(30))
        try harness.rotateExternally()
        #expect(try harness.record().trouble?.summary.contains("again and again") == true)
        #expect(harness.core.status(at: harness.now).apps.first?.isWell == false)
        #expect(harness.passUntil { !$0.calls.isEmpty }.isClose(to: .seconds(58)))
        try harness.wechat(issues: "r1")
        #expect(try harness.record().trouble == nil)
        for case .credential(_, .externalRotation(_, let pause)) in harness.notices { #expect(pause == .seconds(58)) }
    }

    /// He may have stopped the other program; and a new configuration may have taken its secret away.
    @Test(arguments: [true, false]) func operator_EndsThePause(byRefresh: Bool) throws {
        var harness = Harness.leading(spent, watchPeriod: .seconds(30))
        try harness.rotateExternally()
        #expect(harness.calls.isEmpty)
        let reporter = harness.ask(refused: "t1", within: .seconds(5))
        harness.pass(.seconds(6))
        let answer = try #require(harness.answer(to: reporter))
        let trouble = if case .refused(let trouble, _) = answer { trouble.summary } else { "\(answer)" }
        #expect(trouble.contains("again and again"))
        if byRefresh {
            harness.ask(.operatorAsked)
        } else {
            harness.play(.configured([AppSettings(id: .wx1, line: .classic)]))
        }
        #expect(harness.calls.count == 1)
    }

    @Test func externalRotations_AreShownByEveryNode_WithTheTimeOfTheLast() throws {
        var record = mature
        record.externalRotations = ExternalRotations(count: 3, age: .seconds(40))
        var harness = Harness.following(record)
        harness.pass(.seconds(5))
        let shown = try #require(harness.core.status(at: harness.now).apps.first?.externalRotations)
        #expect(shown.count == 3 && shown.age.isClose(to: .seconds(45)))
    }
}

extension Harness {
    /// The watch finds the token dead, and asks once more to be sure.
    fileprivate mutating func rotateExternally() throws {
        for _ in 1...2 {
            passUntil { !$0.probes.isEmpty }
            try wechat(says: .dead(errcode: 40001))
        }
    }
}
