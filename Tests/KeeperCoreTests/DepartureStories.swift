import Testing

@testable import KeeperCore

/// Leaving, stepping down, and two nodes of one name.
@Suite struct DepartureStories {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))

    @Test func followerThatLeaves_HasLeftAtOnce() {
        var stage = Stage.following(mature)
        stage.play(.leaveAsked)
        #expect(stage.story == ["left"])
        #expect(stage.core.health(at: stage.now).reasonsNotReady == [.draining])
        stage.store.lock = nil
        stage.pass(.seconds(20))
        #expect(stage.story == ["left"])
    }

    @Test func leaderThatLeaves_ReleasesFirst() {
        var stage = Stage.leading(mature)
        stage.forget()
        stage.play(.leaveAsked)
        #expect(stage.story == ["release", "left"])
        #expect(stage.store.lease?.release == .handedOver(Handover(left: .zero)))
        stage.play(.leaveAsked)
        stage.pass(.seconds(20))
        #expect(stage.story == ["release", "left"], "once, and never a candidate again")
        #expect(stage.core.health(at: stage.now).role == .follower)
    }

    @Test func callInFlight_IsFinishedBeforeLeaving() throws {
        var stage = Stage.leading(.sample(age: .seconds(4200)))
        stage.forget()
        stage.play(.leaveAsked)
        stage.pass(.seconds(1))
        #expect(!stage.story.contains("release"))
        try stage.wechat(issues: "t2")
        #expect(stage.story.filter { $0 != "renew" } == ["publish", "release", "left"])
        #expect(try stage.record().issue?.token == Token("t2"))
    }

    @Test func unknownCall_IsHandedOnWhenLeaving() throws {
        var stage = Stage.leading(.sample(age: .seconds(4200)))
        stage.forget()
        stage.play(.leaveAsked)
        stage.pass(.seconds(3))
        try stage.wechat(.unknown(.noAnswer))
        #expect(stage.story.filter { $0 != "renew" } == ["abort(unknown)", "release", "left"])
        guard case .handedOver(let handover) = stage.store.lease?.release else {
            Issue.record("the lease was not handed over")
            return
        }
        #expect(handover.left.isClose(to: .milliseconds(2020)))
    }

    @Test func storeAway_DelaysLeavingNoLongerThanItMust() {
        var stage = Stage.leading(mature)
        stage.weather = { _ in .lost }
        stage.play(.leaveAsked)
        stage.pass(.seconds(1))
        #expect(stage.story.last == "left")
    }

    @Test func publishUnanswered_DelaysLeavingNoLongerThanItMust() throws {
        var stage = Stage.leading(.sample(age: .seconds(4200)))
        stage.weather = { _ in .lost }
        try stage.wechat(issues: "t2")
        stage.play(.leaveAsked)
        let timing = LeaseTiming.standard
        stage.pass(timing.callTimeout + timing.commandTimeout * 3 + .milliseconds(10))
        #expect(stage.story.last == "left")
    }

    @Test func leaderThatStepsDown_YieldsAndComesBackIfNobodyElseWants() {
        var stage = Stage.leading(mature)
        stage.forget()
        stage.play(.handoverAsked(to: nil))
        #expect(stage.story == ["release"])
        stage.pass(.milliseconds(1900))
        #expect(!stage.isLeading())
        stage.pass(.milliseconds(700))
        #expect(stage.isLeading())
        #expect(stage.core.status(at: stage.now).counters.terms == 2)
    }

    /// Whoever waits is not sent away because the lease went while WeChat was being asked: the successor will answer.
    @Test(arguments: [true, false])
    func callerOfALeaderThatStepsDown_IsHandedToItsSuccessor(_ isForwarded: Bool) throws {
        var stage = Stage.leading(mature)
        let waiter = stage.ask(refused: "t1", isForwarded: isForwarded)
        stage.play(.handoverAsked(to: nil))
        try stage.wechat(says: .inconclusive(Trouble(summary: "the lease does not outlive the call")))
        stage.store.lead(.n2, epoch: 9, until: stage.now + .seconds(3600))
        stage.pass(.seconds(1))
        if isForwarded {
            guard case .notLeader = stage.answer(to: waiter) else {
                Issue.record("answered \(String(describing: stage.answer(to: waiter)))")
                return
            }
        } else {
            #expect(stage.answer(to: waiter) == nil)
            #expect(stage.forwards.count == 1)
        }
    }

    @Test func leaderThatStepsDown_FollowsItsSuccessor() {
        var stage = Stage.leading(mature)
        stage.play(.handoverAsked(to: nil))
        stage.store.lead(.n2, epoch: 6, until: stage.now + .seconds(6))
        stage.play(.hinted)
        #expect(stage.core.leader(at: stage.now) == LeaderHint(holder: .n2, epoch: Epoch(6)))
    }

    @Test func nodeThatHasLeft_SendsCallersOnToTheNextLeader() throws {
        var stage = Stage.leading(mature)
        stage.play(.leaveAsked)
        stage.ask(refused: "t3")
        #expect(stage.forwards.isEmpty, "nobody leads yet")
        stage.store.lead(.n2, epoch: 6, until: stage.now + .seconds(6))
        stage.play(.hinted)
        #expect(stage.forwards.map(\.forwarding.leader.holder) == [.n2])
    }

    @Test func followerAskedToStepDown_DoesNothing() {
        var stage = Stage.following(mature)
        stage.play(.handoverAsked(to: nil))
        #expect(stage.story == [])
    }

    @Test func livingNamesake_EndsThisNode() {
        var stage = Stage()
        let other = LeaseHolder.node("n1", start: 0)
        stage.store.place(.living(other))
        stage.play(.started)
        stage.pass(.milliseconds(500))
        #expect(stage.story == [], "no campaign while the name is contested")
        stage.store.place(.living(other, beat: 2))
        stage.pass(.milliseconds(500))
        #expect(stage.actions.contains(.nameTaken(by: .living(other, beat: 2))))
        #expect(stage.leaseCommands == [])
    }

    @Test func deadNamesake_IsReplaced() {
        var stage = Stage()
        stage.store.place(.living(.node("n1", start: 0)))
        stage.play(.started)
        stage.passUntil(atMost: .seconds(3)) { $0.isLeading() }
        #expect(!stage.story.contains("name taken"))
    }

    @Test func reads_NeedNeitherStoreNorLeader() {
        var stage = Stage.following(mature)
        stage.forget()
        stage.weather = { _ in .unreachable }
        stage.pass(.seconds(3000))
        #expect(stage.served == nil, "nothing was taken back")
        let health = stage.core.health(at: stage.now)
        #expect(health.isStale && !health.isStoreReachable)
        #expect(stage.core.status(at: stage.now).apps.map(\.version) == [3])
    }
}
