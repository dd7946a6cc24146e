import Testing

@testable import KeeperCore

/// Who may be handed the lease, and who keeps back meanwhile.
@Suite struct HandoverStories {
    private let mature = CredentialRecord.sample(version: 3, token: "t3", age: .seconds(100))

    private func member(
        _ holder: LeaseHolder, _ fitness: Member.Fitness = .unknown, isDraining: Bool = false
    ) -> Member {
        Member(holder: holder, beat: 1, epochSeen: Epoch(5), isDraining: isDraining, fitness: fitness)
    }

    /// Leads, with these others beside it.
    private func leading(beside members: [Member]) -> Stage {
        var stage = Stage.leading(mature)
        stage.store.members = members
        stage.pass(.seconds(1))
        stage.forget()
        return stage
    }

    /// Follows a leader that has just handed over.
    private func following(_ handover: Handover) -> Stage {
        var stage = Stage.following(mature)
        stage.store.lease?.release = .handedOver(handover)
        stage.store.lock = nil
        stage.play(.hinted)
        return stage
    }

    @Test func namedSuccessor_TakesTheLeaseAtOnce() {
        #expect(following(Handover(left: .zero, successor: NodeName("n1"))).isLeading())
    }

    @Test func othersKeepBack_ForThreeSeconds() {
        var stage = following(Handover(left: .zero, successor: NodeName("n3")))
        stage.pass(.milliseconds(2900))
        #expect(!stage.isLeading())
        stage.pass(.milliseconds(700))
        #expect(stage.isLeading(), "the successor did not come")
    }

    @Test func pause_KeepsEverybodyBack_UntilItEnds() {
        var stage = Stage.following(mature)
        stage.store.pause(for: .seconds(600), at: stage.now)
        stage.store.lock = nil
        stage.pass(.seconds(60))
        #expect(!stage.isLeading())
        stage.store.pause(for: nil, at: stage.now)
        stage.pass(.seconds(1))
        #expect(stage.isLeading())
    }

    @Test func pause_DoesNotKeepBackWhoIsNamed() {
        var stage = Stage.following(mature)
        stage.store.pause(for: .seconds(600), at: stage.now)
        stage.store.lease?.release = .handedOver(Handover(left: .zero, successor: NodeName("n1")))
        stage.store.lock = nil
        stage.pass(.seconds(1))
        #expect(stage.isLeading())
    }

    @Test func pause_LeavesTheLeaderAlone() {
        var stage = leading(beside: [])
        stage.store.pause(for: .seconds(600), at: stage.now)
        stage.pass(.seconds(60))
        #expect(stage.isLeading())
        #expect(stage.core.status(at: stage.now).pauseLeft != nil)
    }

    @Test func switchover_ReleasesToTheNodeNamed() throws {
        var stage = leading(beside: [member(.n2), member(.n3)])
        let order = HandoverOrder.switchover(leader: NodeName("n1"), successor: NodeName("n3"))
        stage.play(.handoverAsked(to: try stage.core.successor(by: order, at: stage.now)))
        #expect(stage.store.lease?.release == .handedOver(Handover(left: .zero, successor: NodeName("n3"))))
        // Should it not come, this node does, once everybody else had his chance.
        stage.pass(.milliseconds(3900))
        #expect(!stage.isLeading())
        stage.pass(.milliseconds(600))
        #expect(stage.isLeading())
    }

    @Test func switchoverToAnybody_GoesToTheFittest() throws {
        let stage = leading(beside: [member(.n2, .unfit), member(.n3, .fit)])
        let order = HandoverOrder.switchover(leader: NodeName("n1"), successor: nil)
        #expect(try stage.core.successor(by: order, at: stage.now) == NodeName("n3"))
    }

    @Test func whatCannotBe_IsRefusedWithItsReason() {
        let drained = LeaseHolder.node("n4")
        let stage = leading(beside: [member(.n2, .unfit), member(.n3, .fit), member(drained, isDraining: true)])
        func refusal(from leader: String, to successor: String?) -> HandoverRefusal? {
            let order = HandoverOrder.switchover(leader: NodeName(leader), successor: successor.map { NodeName($0) })
            do {
                _ = try stage.core.successor(by: order, at: stage.now)
                return nil
            } catch { return error }
        }
        let ourselves = LeaderHint(holder: .n1, epoch: Epoch(5))
        #expect(refusal(from: "n2", to: "n3") == .otherLeader(ourselves))
        #expect(refusal(from: "n1", to: "n1") == .unfitSuccessor(NodeName("n1"), .leads))
        #expect(refusal(from: "n1", to: "n2") == .unfitSuccessor(NodeName("n2"), .cutOff))
        #expect(refusal(from: "n1", to: "n4") == .unfitSuccessor(NodeName("n4"), .draining))
        #expect(refusal(from: "n1", to: "n9") == .unfitSuccessor(NodeName("n9"), .absent))
        #expect(refusal(from: "n1", to: "n3") == nil)
    }

    @Test func followerAskedToStepDown_SaysWhoLeads() {
        let stage = Stage.following(mature)
        let leader = LeaderHint(holder: .n2, epoch: Epoch(4))
        #expect(throws: HandoverRefusal.notLeader(leader)) { try stage.core.successor(by: .stepDown, at: stage.now) }
    }

    @Test func stepDownInAPause_IsRefused() {
        var stage = leading(beside: [member(.n2)])
        stage.store.pause(for: .seconds(600), at: stage.now)
        stage.pass(.seconds(1))
        #expect(throws: HandoverRefusal.unfitSuccessor(nil, .paused)) {
            try stage.core.successor(by: .stepDown, at: stage.now)
        }
    }
}

/// A leader that does not reach WeChat gives way to a node that does.
@Suite struct FitnessStories {
    private let mature = CredentialRecord.sample(version: 3, token: "t3", age: .seconds(100))

    private func leading(beside fitness: Member.Fitness) -> Stage {
        var stage = Stage.leading(mature)
        stage.store.members = [
            Member(holder: .n2, beat: 1, epochSeen: Epoch(5), isDraining: false, fitness: fitness)
        ]
        stage.pass(.seconds(4))
        stage.forget()
        return stage
    }

    @Test func nodeThatReachesWeChat_SaysSo() {
        var stage = leading(beside: .fit)
        #expect(stage.store.fitness == .fit)
        stage.isWeChatThere = false
        stage.pass(.seconds(40))
        #expect(stage.store.fitness == .unfit)
    }

    @Test func leaderCutOff_GivesWayToWhoIsNot() {
        var stage = leading(beside: .fit)
        stage.isWeChatThere = false
        stage.passUntil { $0.store.lease?.release != nil }
        let handover = Handover(left: .zero, successor: NodeName("n2"), isForReach: true)
        #expect(stage.store.lease?.release == .handedOver(handover))
        #expect(stage.notices.contains(.lease(.gaveWay(to: NodeName("n2"), failures: 3))))
    }

    @Test func failedCall_IsConfirmedAtOnce() throws {
        var stage = leading(beside: .fit)
        stage.isWeChatThere = false
        stage.ask(refused: "t3")
        try stage.wechat(says: .inconclusive(Trouble(summary: "no connection", contact: .failed)))
        stage.pass(.seconds(1))
        #expect(stage.core.fitness.isCutOff, "three failures within a second of the first")
        #expect(stage.store.lease?.release == nil, "the others have not had the time to look")
        stage.passUntil(atMost: .seconds(1) + .milliseconds(500)) { $0.store.lease?.release != nil }
    }

    @Test(arguments: [Member.Fitness.unknown, .unfit])
    func leaderCutOff_StaysWhereNobodyIsBetterOff(fitness: Member.Fitness) {
        var stage = leading(beside: fitness)
        stage.isWeChatThere = false
        stage.pass(.seconds(120))
        #expect(stage.isLeading() && stage.store.lease?.release == nil)
    }

    /// The other node learns of the failure, looks for itself, and finds nobody either.
    @Test func leaderCutOff_Stays_WhereTheOthersHaveLookedSinceAndAreCutOffToo() throws {
        var stage = leading(beside: .fit)
        stage.isWeChatThere = false
        stage.ask(refused: "t3")
        try stage.wechat(says: .inconclusive(Trouble(summary: "no connection", contact: .failed)))
        stage.pass(.milliseconds(800))
        stage.store.members[0].fitness = .unknown
        stage.pass(.seconds(60))
        #expect(stage.isLeading() && stage.store.lease?.release == nil)
    }

    @Test func leadersDoubt_SendsTheOthersToLook() {
        var fitness = Fitness(apps: 1, seed: 1)
        fitness.note(.met, ofApp: 0, at: .seconds(1))
        fitness.heed(leader: .fit, at: .seconds(2))
        #expect(fitness.standing(at: .seconds(2)) == .fit && !fitness.isDue(at: .seconds(2)))
        fitness.heed(leader: .unknown, at: .seconds(3))
        #expect(fitness.standing(at: .seconds(3)) == .unknown && fitness.isDue(at: .seconds(3)))
        fitness.sent(RequestID(1))
        fitness.reached(RequestID(1), true, at: .seconds(4))
        fitness.heed(leader: .unfit, at: .seconds(5))
        #expect(fitness.standing(at: .seconds(5)) == .fit && !fitness.isDue(at: .seconds(5)), "it has looked")
        fitness.heed(leader: nil, at: .seconds(6))
        fitness.heed(leader: .unfit, at: .seconds(7))
        #expect(fitness.standing(at: .seconds(7)) == .unknown)
    }

    @Test func oneRefusedAddress_IsEnough() throws {
        var stage = leading(beside: .fit)
        stage.ask(refused: "t3")
        try stage.wechat(says: .inconclusive(Trouble(errcode: 40164, summary: "not listed", contact: .shutOut)))
        #expect(stage.store.lease?.release != nil)
    }

    /// Each app has a list of its own; that one of them lacks this address is no reason to move all the others.
    @Test func addressRefusedForOneAppOfMany_IsThatAppsTrouble() {
        var fitness = Fitness(apps: 3, seed: 1)
        fitness.note(.met, ofApp: 0, at: .seconds(1))
        fitness.note(.shutOut, ofApp: 1, at: .seconds(2))
        #expect(!fitness.isCutOff)
        fitness.note(.shutOut, ofApp: 0, at: .seconds(3))
        #expect(fitness.isCutOff)
        fitness.note(.met, ofApp: 2, at: .seconds(4))
        #expect(!fitness.isCutOff)
    }

    @Test func refusedAddress_IsTriedAnew_OnceTheBanIsOver() {
        var fitness = Fitness(apps: 1, seed: 1)
        fitness.note(.met, ofApp: 0, at: .seconds(1))
        fitness.note(.shutOut, ofApp: 0, at: .seconds(2))
        _ = fitness.giveWay(at: .seconds(2))
        #expect(fitness.standing(at: .seconds(61)) == .unfit)
        #expect(fitness.standing(at: .seconds(63)) != .unfit)
    }

    /// WeChat takes connections and answers nobody: the others would fare no better, as far as they can tell.
    @Test func callsThatHangTogether_AreNoReasonToMove() throws {
        var stage = leading(beside: .fit)
        for _ in 0..<5 {
            stage.ask(refused: "t3")
            try stage.wechat(says: .inconclusive(Trouble(summary: "no answer", contact: .failed)))
            stage.pass(.seconds(2))
        }
        stage.pass(.seconds(60))
        #expect(stage.isLeading() && stage.store.lease?.release == nil)
    }

    @Test func twoFailures_AreNone() throws {
        var stage = leading(beside: .fit)
        for _ in 0..<2 {
            stage.ask(refused: "t3")
            try stage.wechat(says: .inconclusive(Trouble(summary: "no answer", contact: .failed)))
            stage.pass(.seconds(2))
        }
        stage.pass(.seconds(60))
        #expect(stage.isLeading() && stage.store.lease?.release == nil)
    }

    @Test func withdrawnPermit_SaysNothingOfWeChat() throws {
        var stage = leading(beside: .fit)
        for _ in 0..<5 {
            stage.ask(refused: "t3")
            try stage.wechat(says: .inconclusive(Trouble(summary: "the lease does not outlive the call")))
            stage.pass(.seconds(2))
        }
        #expect(stage.isLeading() && stage.store.fitness == .fit)
    }

    /// Handed on by a node that did not reach WeChat, the lease stays for a minute even if this one does not either.
    @Test func leaseIsNotHandedToAndFro() {
        var stage = Stage.following(mature)
        stage.store.members = [
            Member(holder: .n3, beat: 1, epochSeen: Epoch(4), isDraining: false, fitness: .fit)
        ]
        stage.store.lease?.release = .handedOver(Handover(left: .zero, successor: NodeName("n1"), isForReach: true))
        stage.store.lock = nil
        stage.isWeChatThere = false
        stage.pass(.seconds(50))
        #expect(stage.isLeading())
        stage.passUntil(atMost: .seconds(15)) { $0.store.lease?.release != nil }
    }

    @Test func unfitNode_LeavesAFreeLeaseToOthers_ForAWhile() {
        var stage = Stage.following(mature)
        stage.store.members = [
            Member(holder: .n3, beat: 1, epochSeen: Epoch(4), isDraining: false, fitness: .fit)
        ]
        stage.isWeChatThere = false
        for renewal in 2...8 as ClosedRange<UInt64> {
            stage.store.lead(.n2, epoch: 4, sequence: renewal, until: stage.now + .seconds(6))
            stage.pass(.seconds(1))
        }
        stage.store.lock = nil
        stage.pass(.milliseconds(2900))
        func terms(_ stage: Stage) -> Int { stage.core.status(at: stage.now).counters.terms }
        #expect(terms(stage) == 0)
        // Better a leader that cannot call than none; and should n3 not want the lease, it is offered once a minute.
        stage.passUntil(atMost: .seconds(1)) { terms($0) == 1 }
        stage.pass(.seconds(55))
        #expect(terms(stage) == 2 && stage.isLeading())
    }

    @Test func bans_GrowLonger_AndAreForgottenInGoodTimes() {
        var fitness = Fitness(apps: 1, seed: 1)
        #expect(fitness.giveWay(at: .seconds(100)) == .seconds(160))
        #expect(fitness.giveWay(at: .seconds(200)) == .seconds(320))
        fitness.note(.met, ofApp: 0, at: .seconds(330))
        #expect(fitness.standing(at: .seconds(330)) == .fit)
        #expect(fitness.giveWay(at: .seconds(1000)) == .seconds(1240))
        fitness.note(.met, ofApp: 0, at: .seconds(1900))
        #expect(fitness.giveWay(at: .seconds(2000)) == .seconds(2060))
    }
}
