import Testing

@testable import KeeperCore

/// Giving the lease up, and what a successor must still wait; what a term of our own proves afterwards.
@Suite struct ElectorGivingUpTests {
    private let timing = LeaseTiming.standard

    /// What was left on release.
    private func leftBehind(_ actions: [NodeAction]) -> Duration? {
        for case .lease(_, .release(epoch: Epoch(5), let handover)) in actions { return handover.left }
        return nil
    }

    private func own(epoch: UInt64 = 5, released: Duration? = nil) -> LeaseRecord {
        LeaseRecord(
            epoch: Epoch(epoch), holder: .n1, sequence: 7, isActive: true,
            release: released.map { .handedOver(Handover(left: $0)) })
    }

    @Test func termWithoutQuietPeriodOrUncertainty_LeavesNothing() {
        var contender = Contender.leading()
        #expect(
            contender.resigns(at: .seconds(104)) == [
                .note(.lease(.released(epoch: Epoch(5), handover: Handover(left: .zero)))),
                .lease(request: RequestID(2), command: .release(epoch: Epoch(5), handover: Handover(left: .zero))),
            ])
        #expect(contender.elector.state == .resigned)
        #expect(contender.sees(nil, at: .seconds(200)) == [])
    }

    @Test func restOfTheOwnQuietPeriod_IsHandedOn() throws {
        var contender = Contender.leading(quietFor: .seconds(5))
        let left = try #require(leftBehind(contender.stepsDown(at: .seconds(102.1))))
        #expect(left.isClose(to: .milliseconds(3030)))
    }

    @Test func restOfACallOfUnknownOutcome_IsHandedOn() throws {
        var contender = Contender.leading(quietFor: .seconds(1))
        contender.elector.noteUnknownCall(until: .seconds(106))
        contender.elector.noteUnknownCall(until: .seconds(103))
        let left = try #require(leftBehind(contender.stepsDown(at: .seconds(104))))
        #expect(left.isClose(to: .milliseconds(2020)))
    }

    @Test func withoutEitherRule_LessIsHandedOn() {
        var contender = Contender.leading(quietFor: .seconds(5), rules: .all(but: .restHandedOn))
        #expect(leftBehind(contender.stepsDown(at: .seconds(102))) == .zero)
        contender = .leading(rules: .all(but: .unknownCallHandedOn))
        contender.elector.noteUnknownCall(until: .seconds(106))
        #expect(leftBehind(contender.stepsDown(at: .seconds(102))) == .zero)
    }

    @Test func nodeThatNeverLed_ResignsWithoutAWord() {
        var contender = Contender()
        #expect(contender.resigns(at: .seconds(1)) == [])
        #expect(contender.elector.state == .resigned)
        #expect(contender.stepsDown(at: .seconds(2)) == [])
    }

    @Test func nodeThatSteppedDown_YieldsTwoSeconds() {
        var contender = Contender.leading()
        _ = contender.stepsDown(at: .seconds(104))
        #expect(contender.sees(own(released: .zero), at: .seconds(105.9)) == [])
        #expect(contender.sees(own(released: .zero), at: .seconds(106)).count == 1)
    }

    @Test func nodeThatSteppedDown_DoesNotCompeteTenSeconds() {
        var contender = Contender.leading()
        _ = contender.stepsDown(at: .seconds(104))
        let other = LeaseRecord(epoch: Epoch(6), holder: .n2, sequence: 1)
        _ = contender.sees(other, lockLeft: .seconds(3600), at: .seconds(104.5))
        // Even a lock that cannot be right is not stolen before.
        #expect(contender.sees(other, lockLeft: .seconds(3600), at: .seconds(113.9)) == [])
        #expect(contender.sees(other, lockLeft: .seconds(3600), at: .seconds(114)).count == 1)
    }

    @Test func ownTermLostToNobody_BindsAsItDid() {
        var contender = Contender.leading(quietFor: .seconds(20))
        _ = contender.wakes(at: .seconds(101.7))
        _ = contender.renewAnswered(2, .denied(own()), at: .seconds(101.8))
        _ = contender.sees(own(), at: .seconds(102))
        _ = contender.acquireAnswered(3, .granted(epoch: Epoch(6), previous: own()), at: .seconds(102.1))
        #expect(contender.elector.term?.quiet.lateness == .unclear)
        #expect(contender.elector.term?.quiet.until.isClose(to: .seconds(120.1)) == true)
    }

    @Test func ownUnknownCall_BindsTheNextTermToo() {
        var contender = Contender.leading()
        contender.elector.noteUnknownCall(until: .seconds(110))
        _ = contender.wakes(at: .seconds(101.7))
        _ = contender.renewAnswered(2, .denied(own()), at: .seconds(101.8))
        _ = contender.sees(own(), at: .seconds(102))
        _ = contender.acquireAnswered(3, .granted(epoch: Epoch(6), previous: own()), at: .seconds(102.1))
        #expect(contender.elector.term?.quiet.until == .seconds(110))
    }

    /// A server started from an old copy shows our term again although another has followed it since.
    @Test func ownTermOnAServerThatForgot_CountsAsTheWorst() {
        var contender = Contender.leading()
        let other = LeaseRecord(epoch: Epoch(6), holder: .n3, sequence: 3)
        _ = contender.sees(other, lockLeft: .seconds(6), at: .seconds(110))
        contender.server = ServerIdentity(run: "run-2", connection: 2)
        _ = contender.sees(own(), at: .seconds(112))
        _ = contender.acquireAnswered(2, .granted(epoch: Epoch(7), previous: own()), at: .seconds(112.1))
        #expect(contender.elector.term?.quiet.until.isClose(to: .seconds(118.41)) == true)
    }

    /// The release after the server was replaced never arrives, so the record stands as if nothing had been.
    @Test func ownTermGivenUpOnAReplacedServer_CountsAsTheWorst() {
        var contender = Contender.leading()
        _ = contender.wakes(at: .seconds(101.7))
        contender.server = ServerIdentity(run: "run-2", connection: 2)
        // A tick has met the new server already.
        _ = contender.sees(own(), lockLeft: .seconds(6), at: .seconds(101.75))
        _ = contender.renewAnswered(2, .renewed(sequence: 8), at: .seconds(101.8))
        // The store's clock jumps and the lock is gone long before its time.
        _ = contender.sees(own(), at: .seconds(102))
        _ = contender.acquireAnswered(4, .granted(epoch: Epoch(6), previous: own()), at: .seconds(102.1))
        let end = Instant.seconds(101.8) + timing.observation
        #expect(contender.elector.term.map { $0.quiet.until >= end } == true)
    }

    /// Without a change of server too: what counts is that a later term is known.
    @Test func recordBelowAKnownTerm_CountsAsTheWorst() {
        var contender = Contender()
        contender.elector.hear(of: Epoch(5))
        let released = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        _ = contender.sees(released, at: .seconds(101))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(6), previous: released), at: .seconds(102))
        #expect(contender.elector.term?.quiet.until.isClose(to: .seconds(108.31)) == true)
    }

    /// A tick may be quicker than the grant it already shows.
    @Test func ownGrantSeenBeforeItsReply_ProvesNothing() {
        var contender = Contender()
        let released = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        _ = contender.sees(released, at: .seconds(101))
        _ = contender.sees(
            LeaseRecord(epoch: Epoch(5), holder: .n1, sequence: 1), lockLeft: .seconds(6), at: .seconds(101))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(5), previous: released), at: .seconds(102))
        #expect(contender.elector.term?.quiet == QuietPeriod(until: .seconds(102), lateness: .none))
    }

    /// Long after the server was replaced, all that it may have forgotten is over.
    @Test func serverReplacedLongAgo_IsTrustedAgain() {
        var contender = Contender()
        let released = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        _ = contender.sees(nil, mayCampaign: false, at: .seconds(90))
        contender.server = ServerIdentity(run: "run-2", connection: 2)
        _ = contender.sees(released, mayCampaign: false, at: .seconds(91))
        _ = contender.sees(released, at: .seconds(100))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(5), previous: released), at: .seconds(101))
        #expect(contender.elector.term?.quiet == QuietPeriod(until: .seconds(101), lateness: .none))
    }

    /// A server started from an old copy shows a release that another term has followed.
    @Test func releaseOnAServerThatForgot_CountsAsTheWorst() {
        var contender = Contender()
        let released = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        let other = LeaseRecord(epoch: Epoch(5), holder: .n3, sequence: 3, isActive: true)
        _ = contender.sees(other, lockLeft: .seconds(6), at: .seconds(100))
        contender.server = ServerIdentity(run: "run-2", connection: 2)
        _ = contender.sees(released, at: .seconds(101))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(6), previous: released), at: .seconds(101.1))
        let worst = Instant.seconds(101.1) + timing.observation
        #expect(contender.elector.term?.quiet == QuietPeriod(until: worst, lateness: .all))
    }
}
