import Testing

@testable import KeeperCore

/// Those who report a token, at a follower; and those who wait while nobody leads.
@Suite struct FollowerScenarios {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000), previous: ["t0"])
    private let next = CredentialRecord.sample(version: 4, epoch: 4, token: "t4", age: .zero, previous: ["t1", "t0"])

    @Test func olderToken_IsAnsweredFromMemory() {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t0")
        #expect(harness.token(for: waiter) == "t1")
        #expect(harness.forwards.isEmpty)
    }

    @Test func many_AreForwardedAsOne() throws {
        var harness = Harness.following(mature)
        let waiters = (0..<50).map { harness.ask(refused: "t1", within: .seconds(Double($0 % 5) + 5)) }
        #expect(harness.forwards.count == 1)
        let forwarding = try #require(harness.forwards.first).forwarding
        #expect(forwarding.leader == LeaderHint(holder: .n2, epoch: Epoch(4)))
        #expect(forwarding.reason == .refused(Token("t1")))

        harness.pass(.milliseconds(300))
        try harness.leader(.token(record: next, refreshed: true, stillValid: false))
        #expect(waiters.allSatisfy { harness.token(for: $0) == "t4" })
        #expect(harness.served?.credential.token == Token("t4"))
        // A life told by another is never counted too long.
        #expect(harness.served.map { $0.credential.expiresAt <= harness.now + .seconds(7200) } == true)
    }

    /// Whichever node is asked, it promises an uncertain token no longer than the leader does.
    @Test(arguments: [true, false]) func uncertainToken_IsPromisedNoLongerThanByTheLeader(isNews: Bool) throws {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t1")
        harness.pass(.milliseconds(300))
        var record = isNews ? next : mature
        record.uncertainty = StoredUncertainty(event: 0, age: .seconds(20))
        try harness.leader(.token(record: record, refreshed: isNews, stillValid: !isNews))
        guard case .token(let served, _, _, _) = harness.answer(to: waiter) else {
            Issue.record("answered \(String(describing: harness.answer(to: waiter)))")
            return
        }
        #expect(served.expiresIn(at: harness.now) == 249)
    }

    @Test func leadersRefusal_IsPassedOn() throws {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.leader(.answered(.tooSoon(retryAfter: .seconds(4))))
        #expect(harness.answer(to: waiter) == .tooSoon(retryAfter: .seconds(4)))
    }

    @Test func failedForward_IsTriedAgainAfterAMoment() throws {
        var harness = Harness.following(mature)
        harness.ask(refused: "t1")
        try harness.leader(.failed(reason: "connection refused"))
        #expect(harness.forwards.isEmpty)
        harness.pass(.milliseconds(310))
        #expect(harness.forwards.count == 1)
        #expect(harness.core.status(at: harness.now).counters.forwards == 2)
    }

    @Test func newLeader_IsAskedAnew() throws {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t1")
        harness.store.lead(.n3, epoch: 5, until: harness.now + .seconds(60))
        harness.play(.hinted)
        #expect(harness.forwards.map(\.forwarding.leader.holder) == [.n2, .n3])
        // What the old leader still says concerns nobody.
        try harness.leader(.answered(.tooSoon(retryAfter: .seconds(4))))
        #expect(harness.answer(to: waiter) == nil)
        try harness.leader(.token(record: next, refreshed: true, stillValid: false))
        #expect(harness.token(for: waiter) == "t4")
    }

    @Test func answerWithoutAToken_DoesNotSpin() throws {
        var harness = Harness.following(.sample(token: nil))
        harness.ask(refused: "t1")
        try harness.leader(.token(record: .sample(token: nil), refreshed: false, stillValid: false))
        #expect(harness.forwards.isEmpty, "not at once")
        harness.pass(.milliseconds(310))
        #expect(harness.forwards.count == 1)
    }

    @Test func forwardedRequest_IsNeverForwardedAgain() {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t1", isForwarded: true)
        #expect(harness.answer(to: waiter) == .notLeader(LeaderHint(holder: .n2, epoch: Epoch(4))))
        #expect(harness.forwards.isEmpty)
    }

    @Test func withoutALeader_CallersAreHeldThenSentAway() {
        var harness = Harness.following(mature)
        harness.store.lock = nil
        harness.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        harness.pass(.seconds(1))
        let patient = harness.ask(refused: "t1")
        let hasty = harness.ask(refused: "t1", within: .seconds(2))
        harness.pass(.milliseconds(1990))
        #expect(harness.answer(to: hasty) == nil)
        harness.pass(.milliseconds(20))
        #expect(harness.answer(to: hasty) == .unavailable(reason: .noLeader, retryAfter: .seconds(2)))
        harness.pass(LeaseTiming.standard.hold - .milliseconds(2030))
        #expect(harness.answer(to: patient) == nil)
        harness.pass(.milliseconds(40))
        #expect(harness.answer(to: patient) == .unavailable(reason: .noLeader, retryAfter: .seconds(2)))
    }

    @Test func heldCaller_IsForwardedOnceALeaderIsThere() {
        var harness = Harness.following(mature)
        harness.store.lock = nil
        harness.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        harness.pass(.seconds(1))
        harness.ask(refused: "t1")
        harness.store.lead(.n3, epoch: 5, until: harness.now + .seconds(60))
        harness.pass(.milliseconds(500))
        #expect(harness.forwards.map(\.forwarding.leader.holder) == [.n3])
    }

    @Test(arguments: ["t1", "never-heard-of"])
    func heldCaller_IsServedByThisNodeOnceItLeads(_ reported: String) throws {
        var harness = Harness.following(mature)
        harness.store.lock = nil
        harness.weather = { if case .lease(_, .acquire) = $0 { .unreachable } else { .fair } }
        harness.pass(.seconds(1))
        let waiter = harness.ask(refused: reported)
        harness.weather = { _ in .fair }
        harness.pass(.seconds(1))
        #expect(harness.isLeading())
        if reported == "t1" { try harness.wechat(says: .alive) }
        #expect(harness.token(for: waiter) == "t1")
        #expect(harness.probes.isEmpty)
    }

    @Test func callerWhoHangsAtAFrozenLeader_IsServedByThisNodeOnceItLeads() throws {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t1")
        #expect(harness.forwards.count == 1)
        harness.store.lock = nil
        harness.pass(.seconds(1))
        #expect(harness.isLeading())
        try harness.wechat(says: .alive)
        #expect(harness.token(for: waiter) == "t1")
        // What the old leader says when it wakes concerns nobody.
        try harness.leader(.answered(.notLeader(nil)))
        #expect(harness.probes.isEmpty)
    }

    @Test func answeredForward_ThatNamesNoLeader_IsHeld() throws {
        var harness = Harness.following(mature)
        let waiter = harness.ask(refused: "t1")
        try harness.leader(.answered(.notLeader(nil)))
        #expect(harness.answer(to: waiter) == nil)
        harness.pass(.milliseconds(310))
        #expect(harness.forwards.count == 1)
    }

    @Test func followerWithoutAStore_NamesALeader_OnlyWhileItsLeaseMayLast() {
        var harness = Harness.following(mature)
        #expect(harness.core.health(at: harness.now).leader == LeaseHolder.n2.node)
        harness.weather = { _ in .unreachable }
        let bound = harness.core.settings.timing.observation
        harness.pass(bound - .milliseconds(500))
        #expect(harness.core.health(at: harness.now).leader == LeaseHolder.n2.node)
        harness.pass(.seconds(1))
        #expect(harness.core.health(at: harness.now).leader == nil)
    }
}
