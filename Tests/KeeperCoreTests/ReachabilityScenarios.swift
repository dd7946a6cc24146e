import Testing

@testable import KeeperCore

/// A leader that does not reach WeChat gives way to a node that does.
@Suite struct ReachabilityScenarios {
    private let mature = CredentialRecord.sample(version: 3, token: "t3", age: .seconds(100))

    private func leading(beside reachability: Member.Reachability) -> Harness {
        var harness = Harness.leading(mature)
        harness.store.members = [
            Member(holder: .n2, beat: 1, epochSeen: Epoch(5), isDraining: false, reachability: reachability)
        ]
        harness.pass(.seconds(4))
        harness.forget()
        return harness
    }

    @Test func nodeThatReachesWeChat_SaysSo() {
        var harness = leading(beside: .fit)
        #expect(harness.store.reachability == .fit)
        harness.isWeChatThere = false
        harness.pass(.seconds(40))
        #expect(harness.store.reachability == .unfit)
    }

    @Test func leaderCutOff_GivesWayToWhoIsNot() {
        var harness = leading(beside: .fit)
        harness.isWeChatThere = false
        harness.passUntil { $0.store.lease?.release != nil }
        let handover = Handover(left: .zero, successor: NodeName("n2"), isForReachability: true)
        #expect(harness.store.lease?.release == .handedOver(handover))
        #expect(harness.notices.contains(.lease(.gaveWay(to: NodeName("n2"), failures: 3))))
    }

    @Test func failedCall_IsConfirmedAtOnce() throws {
        var harness = leading(beside: .fit)
        harness.isWeChatThere = false
        harness.ask(refused: "t3")
        try harness.wechat(says: .inconclusive(Trouble(summary: "no connection", contact: .failed)))
        harness.pass(.seconds(1))
        #expect(harness.core.reachability.isCutOff, "three failures within a second of the first")
        #expect(harness.store.lease?.release == nil, "the others have not had the time to look")
        harness.passUntil(atMost: .seconds(1) + .milliseconds(500)) { $0.store.lease?.release != nil }
    }

    @Test(arguments: [Member.Reachability.unknown, .unfit])
    func leaderCutOff_StaysWhereNobodyIsBetterOff(reachability: Member.Reachability) {
        var harness = leading(beside: reachability)
        harness.isWeChatThere = false
        harness.pass(.seconds(120))
        #expect(harness.isLeading() && harness.store.lease?.release == nil)
    }

    /// The other node learns of the failure, looks for itself, and finds nobody either.
    @Test func leaderCutOff_Stays_WhereTheOthersHaveLookedSinceAndAreCutOffToo() throws {
        var harness = leading(beside: .fit)
        harness.isWeChatThere = false
        harness.ask(refused: "t3")
        try harness.wechat(says: .inconclusive(Trouble(summary: "no connection", contact: .failed)))
        harness.pass(.milliseconds(800))
        harness.store.members[0].reachability = .unknown
        harness.pass(.seconds(60))
        #expect(harness.isLeading() && harness.store.lease?.release == nil)
    }

    @Test func leadersUncertainty_SendsTheOthersToLook() {
        var reachability = ReachabilityWatch(apps: 1, seed: 1)
        reachability.note(.met, ofApp: 0, at: .seconds(1))
        reachability.heed(leader: .fit, at: .seconds(2))
        #expect(reachability.standing(at: .seconds(2)) == .fit && !reachability.isDue(at: .seconds(2)))
        reachability.heed(leader: .unknown, at: .seconds(3))
        #expect(reachability.standing(at: .seconds(3)) == .unknown && reachability.isDue(at: .seconds(3)))
        reachability.sent(RequestID(1))
        reachability.reached(RequestID(1), true, at: .seconds(4))
        reachability.heed(leader: .unfit, at: .seconds(5))
        #expect(reachability.standing(at: .seconds(5)) == .fit && !reachability.isDue(at: .seconds(5)), "it has looked")
        reachability.heed(leader: nil, at: .seconds(6))
        reachability.heed(leader: .unfit, at: .seconds(7))
        #expect(reachability.standing(at: .seconds(7)) == .unknown)
    }

    @Test func oneRefusedAddress_IsEnough() throws {
        var harness = leading(beside: .fit)
        harness.ask(refused: "t3")
        try harness.wechat(says: .inconclusive(Trouble(errcode: 40164, summary: "not listed", contact: .shutOut)))
        #expect(harness.store.lease?.release != nil)
    }

    /// Each app has a list of its own; that one of them lacks this address is no reason to move all the others.
    @Test func addressRefusedForOneAppOfMany_IsThatAppsTrouble() {
        var reachability = ReachabilityWatch(apps: 3, seed: 1)
        reachability.note(.met, ofApp: 0, at: .seconds(1))
        reachability.note(.shutOut, ofApp: 1, at: .seconds(2))
        #expect(!reachability.isCutOff)
        reachability.note(.shutOut, ofApp: 0, at: .seconds(3))
        #expect(reachability.isCutOff)
        reachability.note(.met, ofApp: 2, at: .seconds(4))
        #expect(!reachability.isCutOff)
    }

    @Test func refusedAddress_IsTriedAnew_OnceTheBanIsOver() {
        var reachability = ReachabilityWatch(apps: 1, seed: 1)
        reachability.note(.met, ofApp: 0, at: .seconds(1))
        reachability.note(.shutOut, ofApp: 0, at: .seconds(2))
        _ = reachability.giveWay(at: .seconds(2))
        #expect(reachability.standing(at: .seconds(61)) == .unfit)
        #expect(reachability.standing(at: .seconds(63)) != .unfit)
    }

    /// WeChat takes connections and answers nobody: the others would fare no better, as far as they can tell.
    @Test func callsThatHangTogether_AreNoReasonToMove() throws {
        var harness = leading(beside: .fit)
        for _ in 0..<5 {
            harness.ask(refused: "t3")
            try harness.wechat(says: .inconclusive(Trouble(summary: "no answer", contact: .failed)))
            harness.pass(.seconds(2))
        }
        harness.pass(.seconds(60))
        #expect(harness.isLeading() && harness.store.lease?.release == nil)
    }

    @Test func twoFailures_AreNone() throws {
        var harness = leading(beside: .fit)
        for _ in 0..<2 {
            harness.ask(refused: "t3")
            try harness.wechat(says: .inconclusive(Trouble(summary: "no answer", contact: .failed)))
            harness.pass(.seconds(2))
        }
        harness.pass(.seconds(60))
        #expect(harness.isLeading() && harness.store.lease?.release == nil)
    }

    @Test func withdrawnPermit_SaysNothingOfWeChat() throws {
        var harness = leading(beside: .fit)
        for _ in 0..<5 {
            harness.ask(refused: "t3")
            try harness.wechat(says: .inconclusive(Trouble(summary: "the lease does not outlive the call")))
            harness.pass(.seconds(2))
        }
        #expect(harness.isLeading() && harness.store.reachability == .fit)
    }

    /// Handed on by a node that did not reach WeChat, the lease stays for a minute even if this one does not either.
    @Test func leaseIsNotHandedToAndFro() {
        var harness = Harness.following(mature)
        harness.store.members = [
            Member(holder: .n3, beat: 1, epochSeen: Epoch(4), isDraining: false, reachability: .fit)
        ]
        harness.store.lease?.release = .handedOver(
            Handover(left: .zero, successor: NodeName("n1"), isForReachability: true))
        harness.store.lock = nil
        harness.isWeChatThere = false
        harness.pass(.seconds(50))
        #expect(harness.isLeading())
        harness.passUntil(atMost: .seconds(15)) { $0.store.lease?.release != nil }
    }

    @Test func unfitNode_LeavesAFreeLeaseToOthers_ForAWhile() {
        var harness = Harness.following(mature)
        harness.store.members = [
            Member(holder: .n3, beat: 1, epochSeen: Epoch(4), isDraining: false, reachability: .fit)
        ]
        harness.isWeChatThere = false
        for renewal in 2...8 as ClosedRange<UInt64> {
            harness.store.lead(.n2, epoch: 4, sequence: renewal, until: harness.now + .seconds(6))
            harness.pass(.seconds(1))
        }
        harness.store.lock = nil
        harness.pass(.milliseconds(2900))
        func terms(_ harness: Harness) -> Int { harness.core.status(at: harness.now).counters.terms }
        #expect(terms(harness) == 0)
        // Better a leader that cannot call than none; and should n3 not want the lease, it is offered once a minute.
        harness.passUntil(atMost: .seconds(1)) { terms($0) == 1 }
        harness.pass(.seconds(55))
        #expect(terms(harness) == 2 && harness.isLeading())
    }

    @Test func bans_GrowLonger_AndAreForgottenInGoodTimes() {
        var reachability = ReachabilityWatch(apps: 1, seed: 1)
        #expect(reachability.giveWay(at: .seconds(100)) == .seconds(160))
        #expect(reachability.giveWay(at: .seconds(200)) == .seconds(320))
        reachability.note(.met, ofApp: 0, at: .seconds(330))
        #expect(reachability.standing(at: .seconds(330)) == .fit)
        #expect(reachability.giveWay(at: .seconds(1000)) == .seconds(1240))
        reachability.note(.met, ofApp: 0, at: .seconds(1900))
        #expect(reachability.giveWay(at: .seconds(2000)) == .seconds(2060))
    }
}
