import Testing

@testable import KeeperCore

/// Those who report a token, at a follower; and those who wait while nobody leads.
@Suite struct FollowerStories {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000), previous: ["t0"])
    private let next = CredentialRecord.sample(version: 4, epoch: 4, token: "t4", age: .zero, previous: ["t1", "t0"])

    @Test func olderToken_IsAnsweredFromMemory() {
        var stage = Stage.following(mature)
        let waiter = stage.ask(refused: "t0")
        #expect(stage.token(for: waiter) == "t1")
        #expect(stage.forwards.isEmpty)
    }

    @Test func many_AreForwardedAsOne() throws {
        var stage = Stage.following(mature)
        let waiters = (0..<50).map { stage.ask(refused: "t1", within: .seconds(Double($0 % 5) + 5)) }
        #expect(stage.forwards.count == 1)
        let forwarding = try #require(stage.forwards.first).forwarding
        #expect(forwarding.leader == LeaderHint(holder: .n2, epoch: Epoch(4)))
        #expect(forwarding.reason == .refused(Token("t1")))

        stage.pass(.milliseconds(300))
        try stage.leader(.token(next, refreshed: true, stillValid: false))
        #expect(waiters.allSatisfy { stage.token(for: $0) == "t4" })
        #expect(stage.served?.credential.token == Token("t4"))
        // A life told by another is never counted too long.
        #expect(stage.served.map { $0.credential.expiresAt <= stage.now + .seconds(7200) } == true)
    }

    @Test func leadersRefusal_IsPassedOn() throws {
        var stage = Stage.following(mature)
        let waiter = stage.ask(refused: "t1")
        try stage.leader(.answered(.tooSoon(retryAfter: .seconds(4))))
        #expect(stage.answer(to: waiter) == .tooSoon(retryAfter: .seconds(4)))
    }

    @Test func failedForward_IsTriedAgainAfterAMoment() throws {
        var stage = Stage.following(mature)
        stage.ask(refused: "t1")
        try stage.leader(.failed("connection refused"))
        #expect(stage.forwards.isEmpty)
        stage.pass(.milliseconds(310))
        #expect(stage.forwards.count == 1)
        #expect(stage.core.status(at: stage.now).counters.forwards == 2)
    }

    @Test func newLeader_IsAskedAnew() throws {
        var stage = Stage.following(mature)
        let waiter = stage.ask(refused: "t1")
        stage.store.lead(.n3, epoch: 5, until: stage.now + .seconds(60))
        stage.play(.hinted)
        #expect(stage.forwards.map(\.forwarding.leader.holder) == [.n2, .n3])
        // What the old leader still says concerns nobody.
        try stage.leader(.answered(.tooSoon(retryAfter: .seconds(4))))
        #expect(stage.answer(to: waiter) == nil)
        try stage.leader(.token(next, refreshed: true, stillValid: false))
        #expect(stage.token(for: waiter) == "t4")
    }

    @Test func answerWithoutAToken_DoesNotSpin() throws {
        var stage = Stage.following(.sample(token: nil))
        stage.ask(refused: "t1")
        try stage.leader(.token(.sample(token: nil), refreshed: false, stillValid: false))
        #expect(stage.forwards.isEmpty, "not at once")
        stage.pass(.milliseconds(310))
        #expect(stage.forwards.count == 1)
    }

    @Test func forwardedRequest_IsNeverForwardedAgain() {
        var stage = Stage.following(mature)
        let waiter = stage.ask(refused: "t1", isForwarded: true)
        #expect(stage.answer(to: waiter) == .notLeader(LeaderHint(holder: .n2, epoch: Epoch(4))))
        #expect(stage.forwards.isEmpty)
    }

    @Test func withoutALeader_CallersAreHeldThenSentAway() {
        var stage = Stage.following(mature)
        stage.store.lock = nil
        stage.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        stage.pass(.seconds(1))
        let patient = stage.ask(refused: "t1")
        let hasty = stage.ask(refused: "t1", within: .seconds(2))
        stage.pass(.milliseconds(1990))
        #expect(stage.answer(to: hasty) == nil)
        stage.pass(.milliseconds(20))
        #expect(stage.answer(to: hasty) == .unavailable(.noLeader, retryAfter: .seconds(2)))
        stage.pass(LeaseTiming.standard.hold - .milliseconds(2030))
        #expect(stage.answer(to: patient) == nil)
        stage.pass(.milliseconds(40))
        #expect(stage.answer(to: patient) == .unavailable(.noLeader, retryAfter: .seconds(2)))
    }

    @Test func heldCaller_IsForwardedOnceALeaderIsThere() {
        var stage = Stage.following(mature)
        stage.store.lock = nil
        stage.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        stage.pass(.seconds(1))
        stage.ask(refused: "t1")
        stage.store.lead(.n3, epoch: 5, until: stage.now + .seconds(60))
        stage.pass(.milliseconds(500))
        #expect(stage.forwards.map(\.forwarding.leader.holder) == [.n3])
    }

    @Test(arguments: ["t1", "never-heard-of"])
    func heldCaller_IsServedByThisNodeOnceItLeads(_ reported: String) throws {
        var stage = Stage.following(mature)
        stage.store.lock = nil
        stage.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        stage.pass(.seconds(1))
        let waiter = stage.ask(refused: reported)
        stage.weather = { _ in .fair }
        stage.pass(.seconds(1))
        #expect(stage.isLeading())
        if reported == "t1" { try stage.wechat(says: .alive) }
        #expect(stage.token(for: waiter) == "t1")
        #expect(stage.probes.isEmpty)
    }

    @Test func callerWhoHangsAtAFrozenLeader_IsServedByThisNodeOnceItLeads() throws {
        var stage = Stage.following(mature)
        let waiter = stage.ask(refused: "t1")
        #expect(stage.forwards.count == 1)
        stage.store.lock = nil
        stage.pass(.seconds(1))
        #expect(stage.isLeading())
        try stage.wechat(says: .alive)
        #expect(stage.token(for: waiter) == "t1")
        // What the old leader says when it wakes concerns nobody.
        try stage.leader(.answered(.notLeader(nil)))
        #expect(stage.probes.isEmpty)
    }

    @Test func answeredForward_ThatNamesNoLeader_IsHeld() throws {
        var stage = Stage.following(mature)
        let waiter = stage.ask(refused: "t1")
        try stage.leader(.answered(.notLeader(nil)))
        #expect(stage.answer(to: waiter) == nil)
        stage.pass(.milliseconds(310))
        #expect(stage.forwards.count == 1)
    }

    @Test func followerWithoutAStore_NamesALeader_OnlyWhileItsLeaseMayLast() {
        var stage = Stage.following(mature)
        #expect(stage.core.health(at: stage.now).leader == LeaseHolder.n2.node)
        stage.weather = { _ in .unreachable }
        let bound = stage.core.settings.timing.observation
        stage.pass(bound - .milliseconds(500))
        #expect(stage.core.health(at: stage.now).leader == LeaseHolder.n2.node)
        stage.pass(.seconds(1))
        #expect(stage.core.health(at: stage.now).leader == nil)
    }
}
