import Testing

@testable import KeeperCore

/// The leader's own watch over a classic token.
@Suite struct WatchStories {
    private let mature = CredentialRecord.sample(age: .seconds(1000))

    @Test func oneRefusal_ProvesNothing() throws {
        var stage = Stage.leading(mature, watchPeriod: .seconds(30))
        stage.passUntil { !$0.probes.isEmpty }
        try stage.wechat(says: .dead(errcode: 40001))
        let pause = stage.passUntil { !$0.probes.isEmpty }
        #expect(pause.isClose(to: .seconds(3)))
        try stage.wechat(says: .alive)
        #expect(stage.passUntil { !$0.probes.isEmpty } >= .milliseconds(29_980))
        #expect(stage.calls.isEmpty)
    }

    @Test func twoRefusals_RotateBeforeAnybodyAsks() throws {
        var stage = Stage.leading(mature, watchPeriod: .seconds(30))
        stage.passUntil { !$0.probes.isEmpty }
        try stage.wechat(says: .dead(errcode: 40001))
        stage.passUntil { !$0.probes.isEmpty }
        try stage.wechat(says: .dead(errcode: 40001))
        #expect(stage.calls.count == 1)
        #expect(stage.notices.contains(.credential(.wx1, .foreignRotation(errcode: 40001, repairedIn: .zero))))
        #expect(stage.core.status(at: stage.now).counters.foreignRotations == 1)
    }

    @Test func refusalOfAYoungToken_IsNotEvenAskedFor() throws {
        var stage = Stage.leading(watchPeriod: .seconds(1))
        stage.letOthersRegister()
        try stage.wechat(issues: "t1")
        #expect(stage.passUntil { !$0.probes.isEmpty } >= .seconds(10))
    }

    @Test func watch_CanBeSwitchedOff() {
        var stage = Stage.leading(mature, watchPeriod: .zero)
        stage.pass(.seconds(1000))
        #expect(stage.probes.isEmpty)
    }

    @Test func whatIsDue_GoesBeforeAWatchThatIsOverdueToo() throws {
        var stage = Stage.leading(.sample(age: .seconds(3000)), watchPeriod: .seconds(30))
        stage.passUntil { !$0.probes.isEmpty }
        try stage.wechat(says: .alive)
        // The lease lapses; meanwhile both the watch and the token's half-life come and go.
        stage.weather = { if case .lease = $0 { .unreachable } else { .fair } }
        stage.pass(.seconds(1500))
        stage.forget()
        stage.weather = { _ in .fair }
        stage.passUntil { !$0.probes.isEmpty || !$0.calls.isEmpty }
        #expect(stage.probes.isEmpty && stage.calls.count == 1)
    }

    /// The outsider fetches as often as we do, and each fetch of the one ends the other's token.
    @Test func duelWithAnOutsider_IsAnsweredAtOnce() throws {
        var stage = Stage.leading(mature, watchPeriod: .seconds(30))
        var told: [Duration] = []
        for round in 1...10 {
            try stage.overwrite()
            try stage.wechat(issues: "r\(round)")
            #expect(try stage.record().overwrites?.count == round)
            for case .credential(_, .foreignRotation(_, let pause)) in stage.notices { told.append(pause) }
            stage.forget()
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
        var stage = Stage.leading(spent, watchPeriod: .seconds(30))
        try stage.overwrite()
        #expect(try stage.record().trouble?.summary.contains("again and again") == true)
        #expect(stage.core.status(at: stage.now).apps.first?.isWell == false)
        #expect(stage.passUntil { !$0.calls.isEmpty }.isClose(to: .seconds(58)))
        try stage.wechat(issues: "r1")
        #expect(try stage.record().trouble == nil)
        for case .credential(_, .foreignRotation(_, let pause)) in stage.notices { #expect(pause == .seconds(58)) }
    }

    /// He may have stopped the other program; and a new configuration may have taken its secret away.
    @Test(arguments: [true, false]) func operator_EndsThePause(byRefresh: Bool) throws {
        var stage = Stage.leading(spent, watchPeriod: .seconds(30))
        try stage.overwrite()
        #expect(stage.calls.isEmpty)
        let reporter = stage.ask(refused: "t1", within: .seconds(5))
        stage.pass(.seconds(6))
        let answer = try #require(stage.answer(to: reporter))
        let trouble = if case .refused(let trouble, _) = answer { trouble.summary } else { "\(answer)" }
        #expect(trouble.contains("again and again"))
        if byRefresh {
            stage.ask(.operatorAsked)
        } else {
            stage.play(.configured([AppSettings(id: .wx1, line: .classic)]))
        }
        #expect(stage.calls.count == 1)
    }

    @Test func overwrites_AreShownByEveryNode_WithTheTimeOfTheLast() throws {
        var record = mature
        record.overwrites = Overwrites(count: 3, age: .seconds(40))
        var stage = Stage.following(record)
        stage.pass(.seconds(5))
        let shown = try #require(stage.core.status(at: stage.now).apps.first?.overwrites)
        #expect(shown.count == 3 && shown.age.isClose(to: .seconds(45)))
    }
}

extension Stage {
    /// The watch finds the token dead, and asks once more to be sure.
    fileprivate mutating func overwrite() throws {
        for _ in 1...2 {
            passUntil { !$0.probes.isEmpty }
            try wechat(says: .dead(errcode: 40001))
        }
    }
}
