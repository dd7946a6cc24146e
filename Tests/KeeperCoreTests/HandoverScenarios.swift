import Testing

@testable import KeeperCore

/// Who may be handed the lease, and who keeps back meanwhile.
@Suite struct HandoverScenarios {
    private let mature = CredentialRecord.sample(version: 3, token: "t3", age: .seconds(100))

    private func member(
        _ holder: LeaseHolder, _ reachability: Member.Reachability = .unknown, isDraining: Bool = false
    ) -> Member {
        Member(holder: holder, beat: 1, epochSeen: Epoch(5), isDraining: isDraining, reachability: reachability)
    }

    /// Leads, with these others beside it.
    private func leading(beside members: [Member]) -> Harness {
        var harness = Harness.leading(mature)
        harness.store.members = members
        harness.pass(.seconds(1))
        harness.forget()
        return harness
    }

    /// Follows a leader that has just handed over.
    private func following(_ handover: Handover) -> Harness {
        var harness = Harness.following(mature)
        harness.store.lease?.release = .handedOver(handover)
        harness.store.lock = nil
        harness.play(.hinted)
        return harness
    }

    @Test func namedSuccessor_TakesTheLeaseAtOnce() {
        #expect(following(Handover(left: .zero, successor: NodeName("n1"))).isLeading())
    }

    @Test func othersKeepBack_ForThreeSeconds() {
        var harness = following(Handover(left: .zero, successor: NodeName("n3")))
        harness.pass(.milliseconds(2900))
        #expect(!harness.isLeading())
        harness.pass(.milliseconds(700))
        #expect(harness.isLeading(), "the successor did not come")
    }

    @Test func pause_KeepsEverybodyBack_UntilItEnds() {
        var harness = Harness.following(mature)
        harness.store.pause(for: .seconds(600), at: harness.now)
        harness.store.lock = nil
        harness.pass(.seconds(60))
        #expect(!harness.isLeading())
        harness.store.pause(for: nil, at: harness.now)
        harness.pass(.seconds(1))
        #expect(harness.isLeading())
    }

    @Test func pause_DoesNotKeepBackWhoIsNamed() {
        var harness = Harness.following(mature)
        harness.store.pause(for: .seconds(600), at: harness.now)
        harness.store.lease?.release = .handedOver(Handover(left: .zero, successor: NodeName("n1")))
        harness.store.lock = nil
        harness.pass(.seconds(1))
        #expect(harness.isLeading())
    }

    @Test func pause_LeavesTheLeaderAlone() {
        var harness = leading(beside: [])
        harness.store.pause(for: .seconds(600), at: harness.now)
        harness.pass(.seconds(60))
        #expect(harness.isLeading())
        #expect(harness.core.status(at: harness.now).pauseLeft != nil)
    }

    @Test func switchover_ReleasesToTheNodeNamed() throws {
        var harness = leading(beside: [member(.n2), member(.n3)])
        let order = HandoverOrder.switchover(leader: NodeName("n1"), successor: NodeName("n3"))
        harness.play(.handoverAsked(to: try harness.core.successor(by: order, at: harness.now)))
        #expect(harness.store.lease?.release == .handedOver(Handover(left: .zero, successor: NodeName("n3"))))
        // Should it not come, this node does, once everybody else had his chance.
        harness.pass(.milliseconds(3900))
        #expect(!harness.isLeading())
        harness.pass(.milliseconds(600))
        #expect(harness.isLeading())
    }

    @Test func switchoverToAnybody_GoesToTheFittest() throws {
        let harness = leading(beside: [member(.n2, .unfit), member(.n3, .fit)])
        let order = HandoverOrder.switchover(leader: NodeName("n1"), successor: nil)
        #expect(try harness.core.successor(by: order, at: harness.now) == NodeName("n3"))
    }

    @Test func whatCannotBe_IsRefusedWithItsReason() {
        let drained = LeaseHolder.node("n4")
        let harness = leading(beside: [member(.n2, .unfit), member(.n3, .fit), member(drained, isDraining: true)])
        func refusal(from leader: String, to successor: String?) -> HandoverRefusal? {
            let order = HandoverOrder.switchover(leader: NodeName(leader), successor: successor.map { NodeName($0) })
            do {
                _ = try harness.core.successor(by: order, at: harness.now)
                return nil
            } catch { return error }
        }
        let ourselves = LeaderHint(holder: .n1, epoch: Epoch(5))
        #expect(refusal(from: "n2", to: "n3") == .otherLeader(ourselves))
        #expect(refusal(from: "n1", to: "n1") == .cannotFollow(node: NodeName("n1"), reason: .leads))
        #expect(refusal(from: "n1", to: "n2") == .cannotFollow(node: NodeName("n2"), reason: .doesNotReachWeChat))
        #expect(refusal(from: "n1", to: "n4") == .cannotFollow(node: NodeName("n4"), reason: .draining))
        #expect(refusal(from: "n1", to: "n9") == .cannotFollow(node: NodeName("n9"), reason: .absent))
        #expect(refusal(from: "n1", to: "n3") == nil)
    }

    @Test func followerAskedToStepDown_SaysWhoLeads() {
        let harness = Harness.following(mature)
        let leader = LeaderHint(holder: .n2, epoch: Epoch(4))
        #expect(throws: HandoverRefusal.notLeader(leader)) {
            try harness.core.successor(by: .stepDown, at: harness.now)
        }
    }

    @Test func stepDownInAPause_IsRefused() {
        var harness = leading(beside: [member(.n2)])
        harness.store.pause(for: .seconds(600), at: harness.now)
        harness.pass(.seconds(1))
        #expect(throws: HandoverRefusal.cannotFollow(node: nil, reason: .paused)) {
            try harness.core.successor(by: .stepDown, at: harness.now)
        }
    }
}
