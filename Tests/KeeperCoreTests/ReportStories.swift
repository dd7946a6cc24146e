import Testing

@testable import KeeperCore

/// What reports cost WeChat, and what they are worth while it refuses to be asked.
@Suite struct ReportStories {
    private let mature = CredentialRecord.sample(age: .seconds(1000))

    /// Each second for so long so many callers report `token`; WeChat says `verdict` at once whenever it is asked.
    ///
    /// Returns the moments of its questions.
    private func hammer(
        _ stage: inout Stage, _ token: String, for seconds: Int, by callers: Int, _ verdict: ProbeOutcome
    ) throws -> [Instant] {
        var questions: [Instant] = []
        for _ in 0..<(seconds * 10) {
            for _ in 0..<(callers / 10) { stage.ask(refused: token) }
            while !stage.probes.isEmpty {
                questions.append(stage.now)
                try stage.wechat(says: verdict)
            }
            stage.pass(.milliseconds(100))
        }
        return questions
    }

    @Test func oneVerdict_AnswersEverybodyForTwoSeconds() throws {
        var stage = Stage.leading(mature)
        let questions = try hammer(&stage, "t1", for: 10, by: 40, .alive)
        #expect(questions.count <= 6)
        for (first, second) in zip(questions, questions.dropFirst()) { #expect(second - first >= .seconds(1)) }
        #expect(!stage.story.contains("begin"))
        let answered = stage.actions.count {
            if case .answer(_, .token(_, previous: _, refreshed: false, stillValid: true)) = $0 { true } else { false }
        }
        #expect(answered == 400, "everybody is told that it lives, at once")
    }

    @Test func verdict_IsOfOneToken() throws {
        var stage = Stage.leading(mature)
        stage.ask(refused: "t1")
        try stage.wechat(says: .alive)
        stage.pass(.seconds(3))
        stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 40001))
        try stage.wechat(issues: "t2")
        stage.pass(.seconds(12))
        stage.ask(refused: "t2")
        #expect(stage.probes.count == 1)
    }

    @Test func questions_BecomeRarer_WhenThereIsNoEndOfThem() throws {
        var stage = Stage.leading(mature)
        let questions = try hammer(&stage, "t1", for: 900, by: 10, .alive)
        #expect(questions.count <= 100 + 90 + 1)
        let late = stage.ask(refused: "t1")
        if !stage.probes.isEmpty { try stage.wechat(says: .alive) }
        #expect(stage.answer(to: late) != nil, "and nobody waits for them")
    }

    static let quota = Refusal(
        trouble: Trouble(errcode: 45009, summary: "quota used up"), reaction: .pause(.seconds(3600)))
    static let minute = Refusal(trouble: Trouble(errcode: 45011, summary: "slower"), reaction: .nextMinute)
    static let right = Refusal(trouble: Trouble(errcode: 48001, summary: "no right to this call"), reaction: .stop)

    @Test(arguments: [quota, minute, right]) func deadToken_IsReplacedOnItsUsersWord(refusal: Refusal) throws {
        var stage = Stage.leading(mature)
        let first = stage.ask(refused: "t1")
        try stage.wechat(says: .refused(refusal))
        #expect(
            stage.answer(to: first) == .unavailable(.wechatUnreachable(refusal.trouble), retryAfter: .seconds(6)))
        stage.pass(.seconds(5))
        let early = stage.ask(refused: "t1")
        #expect(stage.answer(to: early) != nil && stage.calls.isEmpty)
        stage.pass(.seconds(1))
        let second = stage.ask(refused: "t1")
        #expect(stage.probes.isEmpty, "WeChat is not asked again")
        try stage.wechat(issues: "t2")
        #expect(stage.token(for: second) == "t2")
        #expect(stage.notices.contains(.credential(.wx1, .presumedDead(refusal.trouble))))
        #expect(try stage.record().overwrites == nil, "of outsiders nothing is known")
    }

    /// The same caller in a loop: it is one rotation in five minutes at most, whatever is reported.
    @Test func wrongReporter_RotatesNoOftenerThanSpacingAllows() throws {
        var stage = Stage.leading(mature)
        var rotations: [Instant] = []
        for _ in 0..<3600 {
            let current = try #require(stage.served).credential.token.secret
            stage.ask(refused: current)
            if !stage.probes.isEmpty { try stage.wechat(says: .refused(Self.quota)) }
            if !stage.calls.isEmpty {
                rotations.append(stage.now)
                try stage.wechat(issues: "r\(rotations.count)")
            }
            stage.pass(.seconds(1))
        }
        #expect((6...12).contains(rotations.count))
        for (first, second) in zip(rotations, rotations.dropFirst()) { #expect(second - first >= .seconds(300)) }
    }

    @Test func youngToken_NeedsAReportThatStandsLonger() throws {
        var stage = Stage.leading(.sample(age: .seconds(40)))
        stage.ask(refused: "t1")
        try stage.wechat(says: .refused(Self.quota))
        stage.pass(.seconds(14))
        stage.ask(refused: "t1")
        #expect(stage.calls.isEmpty)
        stage.pass(.seconds(1))
        stage.ask(refused: "t1")
        #expect(stage.calls.count == 1)
    }

    /// WeChat has condemned one a minute ago: the next report is believed sooner, and as often as there is need.
    @Test func outsidersSeen_MakeReportsBelievable() throws {
        var record = CredentialRecord.sample(age: .seconds(60))
        record.overwrites = Overwrites(count: 1, age: .seconds(60))
        var stage = Stage.leading(record)
        stage.ask(refused: "t1")
        try stage.wechat(says: .refused(Self.quota))
        for round in 2...4 {
            let dead = try #require(stage.served).credential.token.secret
            stage.ask(refused: dead)
            stage.pass(.seconds(3))
            stage.ask(refused: dead)
            #expect(stage.calls.count == 1)
            try stage.wechat(issues: "r\(round)")
            stage.pass(.seconds(11))
        }
    }

    @Test func twoReportsFarApart_ProveNothing() throws {
        var stage = Stage.leading(mature)
        stage.ask(refused: "t1")
        try stage.wechat(says: .refused(Self.quota))
        stage.pass(.seconds(301))
        stage.ask(refused: "t1")
        if !stage.probes.isEmpty { try stage.wechat(says: .refused(Self.quota)) }
        #expect(stage.calls.isEmpty)
    }

    @Test func question_IsTriedAgainAfterFiveMinutes_AndItsAnswerCounts() throws {
        var stage = Stage.leading(mature)
        stage.ask(refused: "t1")
        try stage.wechat(says: .refused(Self.quota))
        stage.pass(.seconds(300))
        stage.ask(refused: "t1")
        try stage.wechat(says: .alive)
        stage.pass(.seconds(10))
        stage.ask(refused: "t1")
        #expect(stage.probes.count == 1 && stage.calls.isEmpty)
    }

    /// The watch learns it as well, and does not go on asking.
    @Test func watch_HoldsBackToo() throws {
        var stage = Stage.leading(mature, watchPeriod: .seconds(30))
        stage.passUntil { !$0.probes.isEmpty }
        try stage.wechat(says: .refused(Self.quota))
        #expect(stage.passUntil(atMost: .seconds(310)) { !$0.probes.isEmpty } >= .seconds(299))
    }

    /// There a call for a token rotates nothing, so it is the question.
    @Test func stableLine_AsksForTheTokenInstead() throws {
        var stage = Stage.leading(mature, line: .stable)
        let waiter = stage.ask(refused: "t1")
        try stage.wechat(says: .refused(Self.quota))
        #expect(stage.calls.map(\.kind) == [.stable])
        try stage.wechat(issues: "t1", life: .seconds(6000))
        #expect(stage.token(for: waiter) == "t1")
        stage.ask(refused: "t1")
        #expect(stage.calls.isEmpty, "but not for every report")
        stage.pass(.seconds(20))
        #expect(stage.calls.count == 1)
    }
}
