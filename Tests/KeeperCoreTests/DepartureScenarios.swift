import Testing

@testable import KeeperCore

/// Leaving, stepping down, and two nodes of one name.
@Suite struct DepartureScenarios {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))

    @Test func followerThatLeaves_HasLeftAtOnce() {
        var harness = Harness.following(mature)
        harness.play(.leaveAsked)
        #expect(harness.story == ["left"])
        #expect(harness.core.health(at: harness.now).reasonsNotReady == [.draining])
        harness.store.lock = nil
        harness.pass(.seconds(20))
        #expect(harness.story == ["left"])
    }

    @Test func leaderThatLeaves_ReleasesFirst() {
        var harness = Harness.leading(mature)
        harness.forget()
        harness.play(.leaveAsked)
        #expect(harness.story == ["release", "left"])
        #expect(harness.store.lease?.release == .handedOver(Handover(left: .zero)))
        harness.play(.leaveAsked)
        harness.pass(.seconds(20))
        #expect(harness.story == ["release", "left"], "once, and never a candidate again")
        #expect(harness.core.health(at: harness.now).role == .follower)
    }

    @Test func callInFlight_IsFinishedBeforeLeaving() throws {
        var harness = Harness.leading(.sample(age: .seconds(4200)))
        harness.forget()
        harness.play(.leaveAsked)
        harness.pass(.seconds(1))
        #expect(!harness.story.contains("release"))
        try harness.wechat(issues: "t2")
        #expect(harness.story.filter { $0 != "renew" } == ["publish", "release", "left"])
        #expect(try harness.record().issue?.token == Token("t2"))
    }

    @Test func unknownCall_IsHandedOnWhenLeaving() throws {
        var harness = Harness.leading(.sample(age: .seconds(4200)))
        harness.forget()
        harness.play(.leaveAsked)
        harness.pass(.seconds(3))
        try harness.wechat(.unknown(.noAnswer))
        #expect(harness.story.filter { $0 != "renew" } == ["abort(unknown)", "release", "left"])
        guard case .handedOver(let handover) = harness.store.lease?.release else {
            Issue.record("the lease was not handed over")
            return
        }
        #expect(handover.left.isClose(to: .milliseconds(2020)))
    }

    /// A lock that nobody owns any more would keep everybody from leading until it expires.
    @Test func leaseAskedFor_IsGivenBackBeforeLeaving() {
        var harness = Harness()
        harness.weather = { if case .lease(_, .acquire) = $0 { .slow(.milliseconds(200)) } else { .fair } }
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.passUntil(atMost: .seconds(2)) { $0.story.contains("acquire") }
        harness.play(.leaveAsked)
        #expect(!harness.story.contains("left"))
        harness.pass(.milliseconds(250))
        #expect(harness.story.filter { $0 != "renew" } == ["acquire", "release", "left"])
        #expect(harness.store.lock == nil)
        #expect(harness.store.lease?.release == .handedOver(Handover(left: .zero)))
    }

    /// Nobody knows whether it was granted; whoever leaves waits for that no longer than a command takes.
    @Test func leaseAskedForWithoutAnAnswer_DelaysLeavingNoLongerThanItMust() {
        var harness = Harness()
        harness.weather = { if case .lease(_, .acquire) = $0 { .lost } else { .fair } }
        harness.play(.started)
        harness.passUntil(atMost: .seconds(2)) { $0.story.contains("acquire") }
        harness.play(.leaveAsked)
        harness.pass(LeaseTiming.standard.commandTimeout + .milliseconds(10))
        #expect(harness.story.last == "left" && harness.story.count == 2)
    }

    @Test func storeAway_DelaysLeavingNoLongerThanItMust() {
        var harness = Harness.leading(mature)
        harness.weather = { _ in .lost }
        harness.play(.leaveAsked)
        harness.pass(.seconds(1))
        #expect(harness.story.last == "left")
    }

    @Test func publishUnanswered_DelaysLeavingNoLongerThanItMust() throws {
        var harness = Harness.leading(.sample(age: .seconds(4200)))
        harness.weather = { _ in .lost }
        try harness.wechat(issues: "t2")
        harness.play(.leaveAsked)
        let timing = LeaseTiming.standard
        harness.pass(timing.callTimeout + timing.commandTimeout * 3 + .milliseconds(10))
        #expect(harness.story.last == "left")
    }

    @Test func leaderThatStepsDown_YieldsAndComesBackIfNobodyElseWants() {
        var harness = Harness.leading(mature)
        harness.forget()
        harness.play(.handoverAsked(to: nil))
        #expect(harness.story == ["release"])
        harness.pass(.milliseconds(1900))
        #expect(!harness.isLeading())
        harness.pass(.milliseconds(700))
        #expect(harness.isLeading())
        #expect(harness.core.status(at: harness.now).counters.terms == 2)
    }

    /// Whoever waits is not sent away because the lease went while WeChat was being asked: the successor will answer.
    @Test(arguments: [true, false])
    func callerOfALeaderThatStepsDown_IsHandedToItsSuccessor(_ isForwarded: Bool) throws {
        var harness = Harness.leading(mature)
        let waiter = harness.ask(refused: "t1", isForwarded: isForwarded)
        harness.play(.handoverAsked(to: nil))
        try harness.wechat(says: .inconclusive(Trouble(summary: "the lease does not outlive the call")))
        harness.store.lead(.n2, epoch: 9, until: harness.now + .seconds(3600))
        harness.pass(.seconds(1))
        if isForwarded {
            guard case .notLeader = harness.answer(to: waiter) else {
                Issue.record("answered \(String(describing: harness.answer(to: waiter)))")
                return
            }
        } else {
            #expect(harness.answer(to: waiter) == nil)
            #expect(harness.forwards.count == 1)
        }
    }

    @Test func leaderThatStepsDown_FollowsItsSuccessor() {
        var harness = Harness.leading(mature)
        harness.play(.handoverAsked(to: nil))
        harness.store.lead(.n2, epoch: 6, until: harness.now + .seconds(6))
        harness.play(.hinted)
        #expect(harness.core.leader(at: harness.now) == LeaderHint(holder: .n2, epoch: Epoch(6)))
    }

    @Test func nodeThatHasLeft_SendsCallersOnToTheNextLeader() throws {
        var harness = Harness.leading(mature)
        harness.play(.leaveAsked)
        harness.ask(refused: "t3")
        #expect(harness.forwards.isEmpty, "nobody leads yet")
        harness.store.lead(.n2, epoch: 6, until: harness.now + .seconds(6))
        harness.play(.hinted)
        #expect(harness.forwards.map(\.forwarding.leader.holder) == [.n2])
    }

    @Test func followerAskedToStepDown_DoesNothing() {
        var harness = Harness.following(mature)
        harness.play(.handoverAsked(to: nil))
        #expect(harness.story == [])
    }

    @Test func livingNamesake_EndsThisNode() {
        var harness = Harness()
        let other = LeaseHolder.node("n1", start: 0)
        harness.store.place(.living(other))
        harness.play(.started)
        harness.pass(.milliseconds(500))
        #expect(harness.story == [], "no campaign while the name is contested")
        harness.store.place(.living(other, beat: 2))
        harness.pass(.milliseconds(500))
        #expect(harness.actions.contains(.nameTaken(by: .living(other, beat: 2))))
        #expect(harness.leaseCommands == [])
    }

    @Test func deadNamesake_IsReplaced() {
        var harness = Harness()
        harness.store.place(.living(.node("n1", start: 0)))
        harness.play(.started)
        harness.passUntil(atMost: .seconds(3)) { $0.isLeading() }
        #expect(!harness.story.contains("name taken"))
    }

    @Test func reads_NeedNeitherStoreNorLeader() {
        var harness = Harness.following(mature)
        harness.forget()
        harness.weather = { _ in .unreachable }
        harness.pass(.seconds(3000))
        #expect(harness.served == nil, "nothing was taken back")
        let health = harness.core.health(at: harness.now)
        #expect(health.isStale && !health.isStoreReachable)
        #expect(harness.core.status(at: harness.now).apps.map(\.version) == [3])
    }
}
