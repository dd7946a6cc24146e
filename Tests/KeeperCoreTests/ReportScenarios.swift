import Testing

@testable import KeeperCore

/// What reports cost WeChat, and what they are worth while it refuses to be asked.
@Suite struct ReportScenarios {
    private let mature = CredentialRecord.sample(age: .seconds(1000))

    /// Each second for so long so many callers report `token`; WeChat says `verdict` at once whenever it is asked.
    ///
    /// Returns the moments of its questions.
    private func hammer(
        _ harness: inout Harness, _ token: String, for seconds: Int, by callers: Int, _ verdict: ProbeOutcome
    ) throws -> [Instant] {
        var questions: [Instant] = []
        for _ in 0..<(seconds * 10) {
            for _ in 0..<(callers / 10) { harness.ask(refused: token) }
            while !harness.probes.isEmpty {
                questions.append(harness.now)
                try harness.wechat(says: verdict)
            }
            harness.pass(.milliseconds(100))
        }
        return questions
    }

    @Test func oneVerdict_AnswersEverybodyForTwoSeconds() throws {
        var harness = Harness.leading(mature)
        let questions = try hammer(&harness, "t1", for: 10, by: 40, .alive)
        #expect(questions.count <= 6)
        for (first, second) in zip(questions, questions.dropFirst()) { #expect(second - first >= .seconds(1)) }
        #expect(!harness.story.contains("begin"))
        let answered = harness.actions.count {
            if case .answer(_, .token(_, previous: _, refreshed: false, stillValid: true)) = $0 { true } else { false }
        }
        #expect(answered == 400, "everybody is told that it lives, at once")
    }

    @Test func verdict_IsOfOneToken() throws {
        var harness = Harness.leading(mature)
        harness.ask(refused: "t1")
        try harness.wechat(says: .alive)
        harness.pass(.seconds(3))
        harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 40001))
        try harness.wechat(issues: "t2")
        harness.pass(.seconds(12))
        harness.ask(refused: "t2")
        #expect(harness.probes.count == 1)
    }

    @Test func questions_BecomeRarer_WhenThereIsNoEndOfThem() throws {
        var harness = Harness.leading(mature)
        let questions = try hammer(&harness, "t1", for: 900, by: 10, .alive)
        #expect(questions.count <= 100 + 90 + 1)
        let late = harness.ask(refused: "t1")
        if !harness.probes.isEmpty { try harness.wechat(says: .alive) }
        #expect(harness.answer(to: late) != nil, "and nobody waits for them")
    }

    static let quota = Refusal(
        trouble: Trouble(errcode: 45009, summary: "quota used up"), reaction: .pause(for: .seconds(3600)))
    static let minute = Refusal(trouble: Trouble(errcode: 45011, summary: "slower"), reaction: .nextMinute)
    static let right = Refusal(trouble: Trouble(errcode: 48001, summary: "no right to this call"), reaction: .stop)

    @Test(arguments: [quota, minute, right]) func deadToken_IsReplacedOnItsUsersWord(refusal: Refusal) throws {
        var harness = Harness.leading(mature)
        let first = harness.ask(refused: "t1")
        try harness.wechat(says: .refused(refusal))
        #expect(
            harness.answer(to: first)
                == .unavailable(reason: .wechatUnreachable(refusal.trouble), retryAfter: .seconds(6)))
        harness.pass(.seconds(5))
        let early = harness.ask(refused: "t1")
        #expect(harness.answer(to: early) != nil && harness.calls.isEmpty)
        harness.pass(.seconds(1))
        let second = harness.ask(refused: "t1")
        #expect(harness.probes.isEmpty, "WeChat is not asked again")
        try harness.wechat(issues: "t2")
        #expect(harness.token(for: second) == "t2")
        #expect(harness.notices.contains(.credential(app: .wx1, notice: .presumedDead(refusal.trouble))))
        #expect(try harness.record().externalRotations == nil, "of external programs nothing is known")
    }

    /// The same caller in a loop: it is one rotation in five minutes at most, whatever is reported.
    @Test func wrongReporter_RotatesNoOftenerThanSpacingAllows() throws {
        var harness = Harness.leading(mature)
        var rotations: [Instant] = []
        for _ in 0..<3600 {
            let current = try #require(harness.served).credential.token.secret
            harness.ask(refused: current)
            if !harness.probes.isEmpty { try harness.wechat(says: .refused(Self.quota)) }
            if !harness.calls.isEmpty {
                rotations.append(harness.now)
                try harness.wechat(issues: "r\(rotations.count)")
            }
            harness.pass(.seconds(1))
        }
        #expect((6...12).contains(rotations.count))
        for (first, second) in zip(rotations, rotations.dropFirst()) { #expect(second - first >= .seconds(300)) }
    }

    @Test func youngToken_NeedsAReportThatStandsLonger() throws {
        var harness = Harness.leading(.sample(age: .seconds(40)))
        harness.ask(refused: "t1")
        try harness.wechat(says: .refused(Self.quota))
        harness.pass(.seconds(14))
        harness.ask(refused: "t1")
        #expect(harness.calls.isEmpty)
        harness.pass(.seconds(1))
        harness.ask(refused: "t1")
        #expect(harness.calls.count == 1)
    }

    /// WeChat has condemned one a minute ago: the next report is believed sooner, and as often as there is need.
    @Test func externalRotationsSeen_MakeReportsBelievable() throws {
        var record = CredentialRecord.sample(age: .seconds(60))
        record.externalRotations = ExternalRotations(count: 1, age: .seconds(60))
        var harness = Harness.leading(record)
        harness.ask(refused: "t1")
        try harness.wechat(says: .refused(Self.quota))
        for round in 2...4 {
            let dead = try #require(harness.served).credential.token.secret
            harness.ask(refused: dead)
            harness.pass(.seconds(3))
            harness.ask(refused: dead)
            #expect(harness.calls.count == 1)
            try harness.wechat(issues: "r\(round)")
            harness.pass(.seconds(11))
        }
    }

    @Test func twoReportsFarApart_ProveNothing() throws {
        var harness = Harness.leading(mature)
        harness.ask(refused: "t1")
        try harness.wechat(says: .refused(Self.quota))
        harness.pass(.seconds(301))
        harness.ask(refused: "t1")
        if !harness.probes.isEmpty { try harness.wechat(says: .refused(Self.quota)) }
        #expect(harness.calls.isEmpty)
    }

    @Test func question_IsTriedAgainAfterFiveMinutes_AndItsAnswerCounts() throws {
        var harness = Harness.leading(mature)
        harness.ask(refused: "t1")
        try harness.wechat(says: .refused(Self.quota))
        harness.pass(.seconds(300))
        harness.ask(refused: "t1")
        try harness.wechat(says: .alive)
        harness.pass(.seconds(10))
        harness.ask(refused: "t1")
        #expect(harness.probes.count == 1 && harness.calls.isEmpty)
    }

    /// The watch learns it as well, and does not go on asking.
    @Test func watch_HoldsBackToo() throws {
        var harness = Harness.leading(mature, watchPeriod: .seconds(30))
        harness.passUntil { !$0.probes.isEmpty }
        try harness.wechat(says: .refused(Self.quota))
        #expect(harness.passUntil(atMost: .seconds(310)) { !$0.probes.isEmpty } >= .seconds(299))
    }

    /// There a call for a token rotates nothing, so it is the question.
    @Test func stableLine_AsksForTheTokenInstead() throws {
        var harness = Harness.leading(mature, line: .stable)
        let waiter = harness.ask(refused: "t1")
        try harness.wechat(says: .refused(Self.quota))
        #expect(harness.calls.map(\.kind) == [.stable])
        try harness.wechat(issues: "t1", life: .seconds(6000))
        #expect(harness.token(for: waiter) == "t1")
        harness.ask(refused: "t1")
        #expect(harness.calls.isEmpty, "but not for every report")
        harness.pass(.seconds(20))
        #expect(harness.calls.count == 1)
    }
}
