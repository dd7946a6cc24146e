import Testing

@testable import KeeperCore

/// Winning and keeping the lease.
@Suite struct ElectorTests {
    private let timing = LeaseTiming.standard

    private func term(
        _ holder: LeaseHolder = .n2, epoch: UInt64 = 4, sequence: UInt64 = 9, released: Duration? = nil
    ) -> LeaseRecord {
        LeaseRecord(
            epoch: Epoch(epoch), holder: holder, sequence: sequence,
            release: released.map { .handedOver(Handover(left: $0)) })
    }

    private func acquire(
        _ request: UInt64, floor: UInt64, observed: ObservedRenewal?, steals: Bool = false
    ) -> NodeAction {
        .lease(
            RequestID(request),
            .acquire(
                Acquisition(ttl: .seconds(6), floor: Epoch(floor), observed: observed, steals: steals)))
    }

    @Test func freeLock_IsAskedFor() {
        var contender = Contender()
        #expect(contender.sees(nil, at: .seconds(1)) == [acquire(1, floor: 0, observed: nil)])
        #expect(contender.elector.state == .candidate(RequestID(1), sentAt: .seconds(1)))
        // One request at a time.
        #expect(contender.sees(nil, at: .seconds(2)) == [])
    }

    @Test func heldLock_IsLeftAlone() {
        var contender = Contender()
        #expect(
            contender.sees(term(), lockLeft: .seconds(3), at: .seconds(1)) == [.note(.lease(.follows(.n2, Epoch(4))))])
        #expect(contender.sees(term(sequence: 10), lockLeft: .seconds(6), at: .seconds(2)) == [])
        #expect(contender.elector.floor == Epoch(4))
    }

    @Test func nodeThatMayNot_DoesNotCampaign() {
        var contender = Contender()
        #expect(contender.sees(nil, mayCampaign: false, at: .seconds(1)) == [])
    }

    @Test func grant_CountsFromWhenItWasAskedFor() {
        var contender = Contender()
        _ = contender.sees(term(released: .zero), at: .seconds(100))
        let granted = LeaseReply.Answer.granted(epoch: Epoch(5), previous: term(released: .zero))
        let actions = contender.acquireAnswered(1, granted, at: .seconds(100.4))
        #expect(actions == [.note(.lease(.granted(Epoch(5), quiet: .zero)))])
        #expect(contender.elector.term?.validUntil.isClose(to: .seconds(105.69)) == true)
        #expect(contender.elector.isLeader(at: .seconds(105.689)))
        #expect(!contender.elector.isLeader(at: .seconds(105.691)))
        #expect(contender.elector.floor == Epoch(5))
    }

    @Test func watchedPredecessor_ShortensTheQuietPeriod() {
        var contender = Contender()
        _ = contender.sees(term(), lockLeft: .seconds(6), at: .seconds(94))
        _ = contender.sees(term(), at: .seconds(100.2))
        let actions = contender.acquireAnswered(
            1, .granted(epoch: Epoch(5), previous: term()), at: .seconds(100.2))
        guard case .note(.lease(.granted(Epoch(5), let quiet))) = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(quiet.isClose(to: .milliseconds(94_000 + 6310 - 100_200)))
    }

    @Test func resumedTerm_WaitsTheWorst() {
        var contender = Contender()
        _ = contender.sees(term(), at: .seconds(100))
        _ = contender.acquireAnswered(1, .resumed(epoch: Epoch(5)), at: .seconds(100.3))
        #expect(contender.elector.term?.quiet.until.isClose(to: .seconds(106.61)) == true)
        #expect(contender.elector.term?.quiet.lateness == .all)
        #expect(contender.elector.term?.validUntil.isClose(to: .seconds(105.69)) == true)
    }

    @Test func deniedOrUnansweredAcquire_LeavesAFollower() {
        var contender = Contender()
        _ = contender.sees(nil, at: .seconds(1))
        #expect(
            contender.acquireAnswered(1, .denied(term()), at: .seconds(1.1)) == [.note(.lease(.follows(.n2, Epoch(4))))]
        )
        #expect(contender.elector.state == .follower)
        _ = contender.sees(term(), at: .seconds(2))
        contender.acquireFailed(2, at: .seconds(2.5))
        #expect(contender.elector.state == .follower)
    }

    @Test func lateAcquireReply_IsIgnored() {
        var contender = Contender()
        _ = contender.sees(nil, at: .seconds(1))
        contender.acquireFailed(1, at: .seconds(1.5))
        #expect(contender.acquireAnswered(1, .granted(epoch: Epoch(9), previous: nil), at: .seconds(2)) == [])
        _ = contender.sees(nil, at: .seconds(3))
        #expect(contender.acquireAnswered(1, .granted(epoch: Epoch(9), previous: nil), at: .seconds(3)) == [])
        #expect(contender.elector.state == .candidate(RequestID(2), sentAt: .seconds(3)))
    }

    @Test func ownLockAfterALostGrant_IsAskedForAgain() {
        var contender = Contender()
        _ = contender.sees(nil, at: .seconds(1))
        contender.acquireFailed(1, at: .seconds(1.5))
        let actions = contender.sees(term(.n1, epoch: 1, sequence: 1), lockLeft: .seconds(5), at: .seconds(2))
        #expect(
            actions == [acquire(2, floor: 1, observed: ObservedRenewal(epoch: Epoch(1), sequence: 1))])
    }

    @Test func lockThatCannotBeRight_IsStolenButNotBefore() {
        var contender = Contender()
        _ = contender.sees(term(), lockLeft: .seconds(3600), at: .seconds(100))
        let end = Instant.seconds(100) + timing.observation
        #expect(contender.sees(term(), lockLeft: .seconds(3600), at: end - .milliseconds(1)) == [])
        #expect(
            contender.sees(term(), lockLeft: .seconds(3600), at: end)
                == [acquire(1, floor: 4, observed: ObservedRenewal(term()), steals: true)])
    }

    @Test func renewalSeen_StartsTheWatchAnew() {
        var contender = Contender()
        _ = contender.sees(term(), lockLeft: .seconds(6), at: .seconds(100))
        _ = contender.sees(term(sequence: 10), lockLeft: .seconds(6), at: .seconds(104))
        #expect(contender.sees(term(sequence: 10), lockLeft: .seconds(6), at: .seconds(110)) == [])
        #expect(contender.sees(term(sequence: 10), lockLeft: .seconds(6), at: .seconds(110.4)).count == 1)
    }

    /// The record was lost, the store's clock set back: the next holder's numbers come again.
    @Test func sameNumbersOfAnotherHolder_StartTheWatchAnew() {
        var contender = Contender()
        _ = contender.sees(term(.node("n3")), lockLeft: .seconds(6), at: .seconds(100))
        #expect(
            contender.sees(term(), lockLeft: .seconds(6), at: .seconds(107)) == [.note(.lease(.follows(.n2, Epoch(4))))]
        )
        #expect(contender.sees(term(), lockLeft: .seconds(6), at: .seconds(110)) == [])
    }

    @Test func replacedServer_StartsTheWatchAnew() {
        var contender = Contender()
        _ = contender.sees(term(), lockLeft: .seconds(6), at: .seconds(100))
        contender.server = ServerIdentity(run: "run-2", connection: 2)
        #expect(contender.sees(term(), lockLeft: .seconds(6), at: .seconds(107)) == [])
    }

    @Test func withoutSteal_ALockThatCannotBeRightStays() {
        var contender = Contender(rules: .all(but: .steal))
        _ = contender.sees(term(), lockLeft: .seconds(3600), at: .seconds(100))
        #expect(contender.sees(term(), lockLeft: .seconds(3600), at: .seconds(200)) == [])
    }
}

/// Keeping the lease, and losing it.
@Suite struct ElectorRenewalTests {
    private let timing = LeaseTiming.standard

    private func renew(_ request: UInt64, isActive: Bool = true) -> NodeAction {
        .lease(RequestID(request), .renew(epoch: Epoch(5), ttl: .seconds(6), isActive: isActive))
    }

    @Test func leaderThatNeedNotWait_SaysSoAtOnce() throws {
        var contender = Contender.leading()
        #expect(contender.wakes(at: .seconds(100.1)) == [renew(2)])
        contender = .leading(quietFor: .seconds(3))
        #expect(contender.wakes(at: .seconds(100.1)) == [])
    }

    @Test func leaderAfterALoss_IsActiveOnlyWhenEveryAppMayCall() {
        var contender = Contender()
        _ = contender.sees(nil, at: .seconds(100))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(5), previous: nil), at: .seconds(100.1))
        // The wait of L′ is over, the two seconds that WeChat may be late are not.
        #expect(contender.wakes(at: .seconds(107)).contains(renew(2, isActive: false)))
        _ = contender.renewAnswered(2, .renewed(sequence: 2), at: .seconds(107.1))
        #expect(contender.wakes(at: .seconds(108.9)).contains(renew(3, isActive: true)))
    }

    @Test func renewal_ComesAfterAQuarterOfTheLease() throws {
        let contender = Contender.leading(quietFor: .seconds(3))
        guard case .due(let due) = try #require(contender.elector.term).renewal else {
            Issue.record("in flight")
            return
        }
        #expect(due >= .seconds(101.35) && due <= .seconds(101.65))
        #expect(contender.elector.nextWakeUp == due)
    }

    @Test func renewal_CountsFromWhenItWasSent() {
        var contender = Contender.leading()
        #expect(contender.wakes(at: .seconds(101.7)) == [renew(2)])
        #expect(contender.wakes(at: .seconds(101.8)) == [])
        let reply = contender.renewAnswered(2, .renewed(sequence: 2), at: .seconds(102.1))
        #expect(reply.succeeded && reply.actions == [])
        #expect(contender.elector.term?.validUntil.isClose(to: .seconds(107.39)) == true)
    }

    @Test func renewalDuringTheQuietPeriod_IsNotActive() {
        var contender = Contender.leading(quietFor: .seconds(5))
        #expect(contender.wakes(at: .seconds(101.7)) == [renew(2, isActive: false)])
    }

    @Test func failedRenewal_ChangesNothingAndIsRepeated() {
        var contender = Contender.leading()
        let before = contender.elector.term?.validUntil
        _ = contender.wakes(at: .seconds(101.7))
        #expect(contender.renewFailed(2, at: .seconds(102.2)) == [])
        #expect(contender.elector.term?.validUntil == before)
        #expect(contender.elector.renewalsFailed == 1)
        #expect(contender.elector.nextWakeUp?.isClose(to: .seconds(102.5)) == true)
        #expect(contender.wakes(at: .seconds(102.501)) == [renew(3)])
    }

    @Test func lateRenewalReply_IsIgnored() {
        var contender = Contender.leading()
        _ = contender.wakes(at: .seconds(101.7))
        _ = contender.renewFailed(2, at: .seconds(102.2))
        let before = contender.elector.term
        #expect(contender.renewAnswered(2, .renewed(sequence: 2), at: .seconds(102.3)).succeeded == false)
        #expect(contender.elector.term == before)
    }

    @Test func unansweredLease_LapsesAndRecovers() {
        var contender = Contender.leading()
        _ = contender.wakes(at: .seconds(101.7))
        let deadline = Instant.seconds(105.691)
        #expect(contender.wakes(at: deadline) == [.note(.lease(.lapsed(Epoch(5))))])
        #expect(contender.wakes(at: deadline + .seconds(1)) == [])
        #expect(!contender.elector.isLeader(at: deadline))
        _ = contender.renewFailed(2, at: .seconds(107))
        #expect(contender.wakes(at: .seconds(108)) == [renew(3)])
        let reply = contender.renewAnswered(3, .renewed(sequence: 2), at: .seconds(108.1))
        #expect(reply.actions == [.note(.lease(.recovered(Epoch(5), quiet: .zero)))])
        #expect(contender.elector.isLeader(at: .seconds(108.1)))
    }

    /// What followed it may be lost with the server that wrote it; a node that has just started knows nothing of that.
    @Test func recordOfAnEarlierServer_ShortensNothing() {
        var contender = Contender()
        let released = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        _ = contender.sees(released, at: .seconds(100))
        _ = contender.acquireAnswered(
            1, .granted(epoch: Epoch(5), previous: released, isOld: true), at: .seconds(100.1))
        let bound = Instant.seconds(100.1) + timing.observation
        #expect(contender.elector.term?.quiet == QuietPeriod(until: bound, lateness: .all))
    }

    @Test func deniedRenewal_LosesTheTerm() {
        var contender = Contender.leading()
        _ = contender.wakes(at: .seconds(101.7))
        let other = LeaseRecord(epoch: Epoch(6), holder: .n3, sequence: 1)
        let reply = contender.renewAnswered(2, .denied(other), at: .seconds(101.8))
        #expect(
            reply.actions == [.note(.lease(.lost(Epoch(5), to: .n3))), .note(.lease(.follows(.n3, Epoch(6))))])
        #expect(contender.elector.state == .follower)
        #expect(contender.elector.floor == Epoch(6))
    }

    @Test func laterTermSeen_LosesTheTerm() {
        var contender = Contender.leading()
        let other = LeaseRecord(epoch: Epoch(6), holder: .n3, sequence: 1)
        #expect(
            contender.sees(other, lockLeft: .seconds(6), at: .seconds(101))
                == [.note(.lease(.follows(.n3, Epoch(6)))), .note(.lease(.lost(Epoch(5), to: .n3)))])
    }

    @Test func vanishedRecord_IsRenewedAtOnceToLearnTheTruth() {
        var contender = Contender.leading()
        #expect(contender.sees(nil, at: .seconds(101)) == [renew(2)])
        let reply = contender.renewAnswered(2, .denied(nil), at: .seconds(101.1))
        #expect(reply.actions == [.note(.lease(.lost(Epoch(5), to: nil)))])
    }

    @Test func replacedServer_EndsTheTermWithAFullQuietPeriod() {
        var contender = Contender.leading()
        _ = contender.wakes(at: .seconds(101.7))
        contender.server = ServerIdentity(run: "run-2", connection: 2)
        let reply = contender.renewAnswered(2, .renewed(sequence: 2), at: .seconds(101.8))
        let left = timing.observation + timing.lateness
        #expect(!reply.succeeded)
        #expect(
            reply.actions == [
                .note(.lease(.released(Epoch(5), Handover(left: left)))),
                .lease(RequestID(3), .release(epoch: Epoch(5), Handover(left: left))),
            ])
        #expect(contender.elector.term == nil)
    }

    @Test func reconnection_AloneChangesNothing() {
        var contender = Contender.leading()
        _ = contender.wakes(at: .seconds(101.7))
        contender.server = ServerIdentity(run: "run-1", connection: 2)
        #expect(contender.renewAnswered(2, .renewed(sequence: 2), at: .seconds(101.8)).succeeded)
    }

    @Test func withoutLeaseFromRequest_TheLeaseEndsLater() {
        let contender = Contender.leading(rules: .all(but: .leaseFromRequest))
        #expect(contender.elector.term?.validUntil.isClose(to: .seconds(105.79)) == true)
    }
}
