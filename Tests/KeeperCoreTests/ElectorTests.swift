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
        _ request: UInt64, highestEpochSeen: UInt64, observed: ObservedRenewal?, steals: Bool = false
    ) -> NodeAction {
        .lease(
            request: RequestID(request),
            command: .acquire(
                Acquisition(
                    ttl: .seconds(6), highestEpochSeen: Epoch(highestEpochSeen), observed: observed, steals: steals)))
    }

    @Test func freeLock_IsAskedFor() {
        var contender = Contender()
        #expect(contender.sees(nil, at: .seconds(1)) == [acquire(1, highestEpochSeen: 0, observed: nil)])
        #expect(contender.elector.state == .candidate(request: RequestID(1), sentAt: .seconds(1)))
        // One request at a time.
        #expect(contender.sees(nil, at: .seconds(2)) == [])
    }

    @Test func heldLock_IsLeftAlone() {
        var contender = Contender()
        #expect(
            contender.sees(term(), lockLeft: .seconds(3), at: .seconds(1)) == [
                .note(.lease(.follows(leader: .n2, epoch: Epoch(4))))
            ])
        #expect(contender.sees(term(sequence: 10), lockLeft: .seconds(6), at: .seconds(2)) == [])
        #expect(contender.elector.highestEpochSeen == Epoch(4))
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
        #expect(actions == [.note(.lease(.granted(epoch: Epoch(5), quiet: .zero)))])
        #expect(contender.elector.term?.validUntil.isClose(to: .seconds(105.69)) == true)
        #expect(contender.elector.isLeader(at: .seconds(105.689)))
        #expect(!contender.elector.isLeader(at: .seconds(105.691)))
        #expect(contender.elector.highestEpochSeen == Epoch(5))
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
        // The predecessor had not got through its own quiet period, so every app waits δ longer.
        #expect(quiet.isClose(to: .milliseconds(94_000 + 6310 - 100_200) + LeaseTiming.standard.lateness))
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
            contender.acquireAnswered(1, .denied(term()), at: .seconds(1.1)) == [
                .note(.lease(.follows(leader: .n2, epoch: Epoch(4))))
            ]
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
        #expect(contender.elector.state == .candidate(request: RequestID(2), sentAt: .seconds(3)))
    }

    @Test func ownLockAfterALostGrant_IsAskedForAgain() {
        var contender = Contender()
        _ = contender.sees(nil, at: .seconds(1))
        contender.acquireFailed(1, at: .seconds(1.5))
        let actions = contender.sees(term(.n1, epoch: 1, sequence: 1), lockLeft: .seconds(5), at: .seconds(2))
        #expect(
            actions == [acquire(2, highestEpochSeen: 1, observed: ObservedRenewal(epoch: Epoch(1), sequence: 1))])
    }

    @Test func lockThatCannotBeRight_IsStolenButNotBefore() {
        var contender = Contender()
        _ = contender.sees(term(), lockLeft: .seconds(3600), at: .seconds(100))
        let end = Instant.seconds(100) + timing.observation
        #expect(contender.sees(term(), lockLeft: .seconds(3600), at: end - .milliseconds(1)) == [])
        #expect(
            contender.sees(term(), lockLeft: .seconds(3600), at: end)
                == [acquire(1, highestEpochSeen: 4, observed: ObservedRenewal(term()), steals: true)])
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
            contender.sees(term(), lockLeft: .seconds(6), at: .seconds(107)) == [
                .note(.lease(.follows(leader: .n2, epoch: Epoch(4))))
            ]
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
