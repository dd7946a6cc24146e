import Testing

@testable import KeeperCore

/// The smaller machines that an elector is made of.
@Suite struct LeasePartsTests {
    private let timing = LeaseTiming.standard
    private let now = Instant.seconds(1000)

    private func record(
        _ epoch: UInt64, _ holder: LeaseHolder = .n1, sequence: UInt64 = 1, release: LeaseRelease? = nil
    ) -> LeaseRecord {
        LeaseRecord(epoch: Epoch(epoch), holder: holder, sequence: sequence, release: release)
    }

    // MARK: Cooldown

    @Test func withoutCooldown_ANodeMayCompete() {
        var cooldown = Cooldown()
        #expect(cooldown.isOver(isLockFree: false, at: .origin) == true)
    }

    @Test func cooldown_LastsToItsEnd_UnlessTheLockStaysFree() {
        var cooldown = Cooldown()
        cooldown.begin(leavingTo: nil, until: nil, at: now)
        #expect(cooldown.isOver(isLockFree: true, at: now + .seconds(1.999)) == false)
        #expect(cooldown.isOver(isLockFree: false, at: now + .seconds(9.999)) == false)
        #expect(cooldown.isOver(isLockFree: true, at: now + .seconds(2)) == true)
        #expect(cooldown.isOver(isLockFree: false, at: now + .seconds(2)) == true, "once over, it is over")
    }

    @Test func successor_HasTheTimeOthersKeepBackForIt_AndOneSecondMore() {
        var cooldown = Cooldown()
        cooldown.begin(leavingTo: NodeName("n2"), until: nil, at: now)
        #expect(cooldown.isOver(isLockFree: true, at: now + .seconds(3.999)) == false)
        #expect(cooldown.isOver(isLockFree: true, at: now + .seconds(4)) == true)
    }

    @Test(arguments: [(Duration.seconds(1), Duration.seconds(2)), (.seconds(60), .seconds(60))])
    func cooldown_EndsWhenItIsTold_ButNotBeforeOthersHadTheirTime(told: Duration, ends: Duration) {
        var cooldown = Cooldown()
        cooldown.begin(leavingTo: nil, until: now + told, at: now)
        #expect(cooldown.isOver(isLockFree: false, at: now + ends - .milliseconds(1)) == false)
        #expect(cooldown.isOver(isLockFree: false, at: now + ends) == true)
    }

    // MARK: Release

    private func handedOver(to node: String?) -> LeaseRelease {
        .handedOver(Handover(left: .zero, successor: node.map(NodeName.init)))
    }

    @Test func heir_IsKeptBackFor_FromWhenTheReleaseWasSeen() {
        var watch = ReleaseWatch()
        let released = record(4, .n2, release: handedOver(to: "n3"))
        #expect(watch.successor(of: released, at: now) == nil, "nobody has seen it yet")
        watch.observe(released, at: now)
        watch.observe(released, at: now + .seconds(2))
        #expect(watch.successor(of: released, at: now + .seconds(2.999)) == NodeName("n3"))
        #expect(watch.successor(of: released, at: now + .seconds(3)) == nil)
    }

    @Test func releaseOfAnotherTerm_CountsAnew() {
        var watch = ReleaseWatch()
        watch.observe(record(4, .n2, release: handedOver(to: "n3")), at: now)
        let next = record(5, .n2, release: handedOver(to: "n3"))
        watch.observe(next, at: now + .seconds(2))
        #expect(watch.successor(of: next, at: now + .seconds(4)) == NodeName("n3"))
    }

    @Test(arguments: [nil, LeaseRelease.holderDied, .handedOver(Handover(left: .zero))])
    func releaseToNobody_HasNoHeir(release: LeaseRelease?) {
        var watch = ReleaseWatch()
        let seen = record(4, .n2, release: release)
        watch.observe(seen, at: now)
        #expect(watch.successor(of: seen, at: now) == nil)
    }

    // MARK: Server

    private let first = ServerIdentity(run: "run-1", connection: 1)
    private let second = ServerIdentity(run: "run-2", connection: 2)

    @Test func anotherServer_MayHaveForgottenATerm_UntilItsCallsAreOver() {
        var watch = ServerWatch()
        #expect(watch.meet(first, timing: timing, rules: .all, at: now) == true)
        #expect(watch.meet(first, timing: timing, rules: .all, at: now) == false)
        let isUncertain = { (watch: ServerWatch, moment: Instant) in
            watch.mayHaveForgotten(nil, isOld: false, before: Epoch(1), rules: .all, at: moment)
        }
        #expect(!isUncertain(watch, now), "the first server a node meets is no other one")
        #expect(watch.meet(second, timing: timing, rules: .all, at: now) == true)
        let over = now + timing.observation + timing.lateness
        #expect(isUncertain(watch, over - .milliseconds(1)))
        #expect(!isUncertain(watch, over))
    }

    @Test func gapBeforeTheGrant_OrAnOldRecord_MayHideATerm() {
        let watch = ServerWatch()
        let hides = { (granted: UInt64, isOld: Bool, rules: Rules) in
            watch.mayHaveForgotten(record(4), isOld: isOld, before: Epoch(granted), rules: rules, at: now)
        }
        #expect(!hides(5, false, .all))
        #expect(hides(6, false, .all) && !hides(6, false, .all(but: .replacedServerEndsTerm)))
        #expect(hides(5, true, .all) && !hides(5, true, .all(but: .oldRecordProvesNothing)))
    }

    // MARK: Own terms

    @Test func lastTerm_BindsUntilItsQuietPeriodAndEveryCallAreOver() {
        var own = OwnTerms()
        #expect(own.held == nil)
        own.end(Epoch(4), boundUntil: now)
        #expect(own.held == HeldTerm(epoch: Epoch(4), boundUntil: now))
        own.noteUnknownCall(until: now + .seconds(5))
        own.noteUnknownCall(until: now + .seconds(3))
        #expect(own.held?.boundUntil == now + .seconds(5), "also of calls that were known after the term had ended")
    }

    @Test func term_MayBeTakenUp_IfItIsOursAndNotGivenUp() {
        var own = OwnTerms()
        #expect(own.mayTakeUp(record(5), as: .n1) && !own.mayTakeUp(record(5), as: .n2))
        #expect(!own.mayTakeUp(record(5, release: .holderDied), as: .n1))
        own.release(Epoch(5))
        #expect(!own.mayTakeUp(record(5), as: .n1) && own.mayTakeUp(record(6), as: .n1))
    }

    @Test func rest_IsTheLongerOfQuietPeriodAndUnknownCall_AndSomeForTheClocks() {
        var own = OwnTerms()
        let rest = { (own: OwnTerms, rules: Rules) in
            own.rest(boundUntil: now + .seconds(2), drift: 0.01, rules: rules, at: now)
        }
        #expect(rest(own, .all) == .seconds(2.02))
        own.noteUnknownCall(until: now + .seconds(4))
        #expect(rest(own, .all) == .seconds(4.04))
        #expect(rest(own, .all(but: .unknownCallHandedOn)) == .seconds(2.02))
        #expect(rest(own, .all(but: .restHandedOn)) == .zero)
        #expect(own.rest(boundUntil: now, drift: 0, rules: .all, at: now + .seconds(9)) == .zero, "never less")
    }
}
