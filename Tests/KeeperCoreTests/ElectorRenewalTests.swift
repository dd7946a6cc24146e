import Testing

@testable import KeeperCore

/// Keeping the lease, and losing it.
@Suite struct ElectorRenewalTests {
    private let timing = LeaseTiming.standard

    private func renew(_ request: UInt64, isActive: Bool = true) -> NodeAction {
        .lease(request: RequestID(request), command: .renew(epoch: Epoch(5), ttl: .seconds(6), isActive: isActive))
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
        #expect(contender.counters.renewalsFailed == 1)
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
        #expect(reply.actions == [.note(.lease(.recovered(epoch: Epoch(5), quiet: .zero)))])
        #expect(contender.elector.isLeader(at: .seconds(108.1)))
    }

    @Test func recoveredLease_TellsTheWholeQuietPeriod() {
        var contender = Contender()
        _ = contender.sees(nil, at: .seconds(100))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(1), previous: nil), at: .seconds(100))
        _ = contender.wakes(at: .seconds(102.5))
        _ = contender.wakes(at: .seconds(105.8))
        let reply = contender.renewAnswered(2, .renewed(sequence: 2), at: .seconds(106))
        let timing = LeaseTiming.standard
        let quiet = timing.observation + timing.lateness - .seconds(6)
        #expect(reply.actions == [.note(.lease(.recovered(epoch: Epoch(1), quiet: quiet)))])
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
            reply.actions == [
                .note(.lease(.lost(epoch: Epoch(5), to: .n3))), .note(.lease(.follows(leader: .n3, epoch: Epoch(6)))),
            ])
        #expect(contender.elector.state == .follower)
        #expect(contender.elector.highestEpochSeen == Epoch(6))
    }

    @Test func laterTermSeen_LosesTheTerm() {
        var contender = Contender.leading()
        let other = LeaseRecord(epoch: Epoch(6), holder: .n3, sequence: 1)
        #expect(
            contender.sees(other, lockLeft: .seconds(6), at: .seconds(101))
                == [
                    .note(.lease(.follows(leader: .n3, epoch: Epoch(6)))),
                    .note(.lease(.lost(epoch: Epoch(5), to: .n3))),
                ])
    }

    @Test func vanishedRecord_IsRenewedAtOnceToLearnTheTruth() {
        var contender = Contender.leading()
        #expect(contender.sees(nil, at: .seconds(101)) == [renew(2)])
        let reply = contender.renewAnswered(2, .denied(nil), at: .seconds(101.1))
        #expect(reply.actions == [.note(.lease(.lost(epoch: Epoch(5), to: nil)))])
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
                .note(.lease(.released(epoch: Epoch(5), handover: Handover(left: left)))),
                .lease(request: RequestID(3), command: .release(epoch: Epoch(5), handover: Handover(left: left))),
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
