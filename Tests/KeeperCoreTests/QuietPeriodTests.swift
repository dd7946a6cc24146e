import Testing

@testable import KeeperCore

/// The table of quiet periods, row by row.
///
/// The grant is always received at 100 s.
@Suite struct QuietPeriodTests {
    private let timing = LeaseTiming.standard
    private let granted = Instant.seconds(100)
    private var worst: Instant { granted + timing.observation }

    private func quiet(
        after previous: LeaseRecord?, watched: WatchedRenewal? = nil, lastHeld: HeldTerm? = nil,
        rules: Rules = .all
    ) -> QuietPeriod {
        .afterGrant(
            .init(
                granted: granted, previous: previous, incarnation: LeaseHolder.n1.incarnation, watched: watched,
                lastHeld: lastHeld, timing: timing, rules: rules))
    }

    private func term(
        _ holder: LeaseHolder = .n2, epoch: UInt64 = 4, sequence: UInt64 = 9, released: Duration? = nil
    ) -> LeaseRecord {
        LeaseRecord(
            epoch: Epoch(epoch), holder: holder, sequence: sequence, isActive: true,
            release: released.map { .handedOver(Handover(left: $0)) })
    }

    @Test func noRecord_CountsAsTheWorstForAll() {
        #expect(quiet(after: nil) == QuietPeriod(until: worst, lateness: .all))
    }

    @Test(arguments: [Duration.zero, .milliseconds(1700)])
    func releasedTerm_HandsOnWhatIsLeft(_ left: Duration) {
        #expect(quiet(after: term(released: left)) == QuietPeriod(until: granted + left, lateness: .none))
        let watched = WatchedRenewal(term(), since: .seconds(1))
        #expect(
            quiet(after: term(released: left), watched: watched)
                == QuietPeriod(until: granted + left, lateness: .none))
    }

    @Test func ownReleasedTerm_HandsOnWhatIsLeft() {
        let held = HeldTerm(epoch: Epoch(4), boundUntil: .seconds(500))
        #expect(
            quiet(after: term(.n1, released: .seconds(1)), lastHeld: held)
                == QuietPeriod(until: granted + .seconds(1), lateness: .none))
    }

    @Test func ownTermWithNobodyInBetween_BindsAsItDid() {
        let held = HeldTerm(epoch: Epoch(4), boundUntil: .seconds(103))
        #expect(
            quiet(after: term(.n1), lastHeld: held) == QuietPeriod(until: .seconds(103), lateness: .unclear))
    }

    @Test func ownTermWhoseGrantWasLost_CountsAsTheWorst() {
        let earlier = HeldTerm(epoch: Epoch(3), boundUntil: .seconds(50))
        #expect(quiet(after: term(.n1), lastHeld: earlier) == QuietPeriod(until: worst, lateness: .unclear))
        #expect(quiet(after: term(.n1), lastHeld: nil) == QuietPeriod(until: worst, lateness: .unclear))
    }

    @Test func watchedRenewal_CountsFromWhenItWasFirstSeen() {
        let watched = WatchedRenewal(term(), since: .seconds(94))
        #expect(
            quiet(after: term(), watched: watched)
                == QuietPeriod(until: .seconds(94) + timing.observation, lateness: .unclear))
    }

    @Test(arguments: [(UInt64(4), UInt64(8)), (3, 9), (4, 10)])
    func anotherRenewalThanTheWatchedOne_CountsAsTheWorst(epoch: UInt64, sequence: UInt64) {
        let watched = WatchedRenewal(term(epoch: epoch, sequence: sequence), since: .seconds(94))
        #expect(quiet(after: term(), watched: watched) == QuietPeriod(until: worst, lateness: .unclear))
    }

    /// The record was lost, the store's clock set back: the next holder's numbers come again.
    @Test func sameNumbersOfAnotherHolder_CountAsTheWorst() {
        let watched = WatchedRenewal(term(.node("n3")), since: .seconds(10))
        #expect(quiet(after: term(), watched: watched) == QuietPeriod(until: worst, lateness: .unclear))
    }

    @Test func unwatchedTerm_CountsAsTheWorst() {
        #expect(quiet(after: term()) == QuietPeriod(until: worst, lateness: .unclear))
    }

    @Test func ownNameOfAnEarlierStart_IsNobodysFriend() {
        let held = HeldTerm(epoch: Epoch(4), boundUntil: .seconds(103))
        #expect(
            quiet(after: term(.node("n1", start: 0)), lastHeld: held)
                == QuietPeriod(until: worst, lateness: .unclear))
    }

    @Test func termThatEndedInItsOwnQuiet_ProvesNothingOfTheTermBefore() {
        var previous = term()
        previous.isActive = false
        #expect(quiet(after: previous) == QuietPeriod(until: worst, lateness: .all))
        let watched = WatchedRenewal(previous, since: .seconds(94))
        #expect(
            quiet(after: previous, watched: watched)
                == QuietPeriod(until: .seconds(94) + timing.observation, lateness: .all))
        #expect(quiet(after: previous, rules: .all(but: .amnesiaLeavesAllUncertain)).lateness == .unclear)
    }

    private func dead(isActive: Bool) -> LeaseRecord {
        LeaseRecord(epoch: Epoch(4), holder: .n2, sequence: 9, isActive: isActive, release: .holderDied)
    }

    @Test func provenDeath_LeavesOnlyWhatWasOpen() {
        #expect(quiet(after: dead(isActive: true)) == QuietPeriod(until: granted, lateness: .unfinished))
    }

    @Test func provenDeathInItsOwnQuiet_ProvesNothingOfTheTermBefore() {
        let watched = WatchedRenewal(term(), since: .seconds(90))
        #expect(quiet(after: dead(isActive: false), watched: watched) == QuietPeriod(until: worst, lateness: .all))
    }

    @Test func provenDeathOnAForgetfulServer_CountsAsTheWorst() {
        let evidence = QuietPeriod.Evidence(
            granted: granted, previous: dead(isActive: true), incarnation: LeaseHolder.n1.incarnation,
            mayHaveForgotten: true, timing: timing, rules: .all)
        #expect(QuietPeriod.afterGrant(evidence) == QuietPeriod(until: worst, lateness: .all))
    }

    @Test func lateness_IsAddedForWhomItConcerns() {
        func end(_ lateness: QuietPeriod.Lateness, until: Double, isUncertain: Bool) -> Instant {
            QuietPeriod(until: .seconds(until), lateness: lateness)
                .end(isUncertain: isUncertain, granted: granted, timing: timing)
        }
        #expect(end(.none, until: 105, isUncertain: true) == .seconds(105))
        #expect(end(.unclear, until: 105, isUncertain: false) == .seconds(105))
        #expect(end(.unclear, until: 105, isUncertain: true) == .seconds(107))
        #expect(end(.all, until: 105, isUncertain: false) == .seconds(107))
        #expect(end(.unfinished, until: 105, isUncertain: false) == .seconds(105))
        #expect(end(.unfinished, until: 105, isUncertain: true) == .seconds(110))
        // An uncertain app waits δ from the grant, however long ago the renewal was seen.
        #expect(end(.unclear, until: 95, isUncertain: false) == .seconds(95))
        #expect(end(.unclear, until: 95, isUncertain: true) == .seconds(102))
    }

    @Test func withoutARule_LessIsWaited() {
        #expect(quiet(after: nil, rules: .all(but: .quietPeriod)) == QuietPeriod(until: granted, lateness: .none))
        #expect(
            quiet(after: term(), rules: .all(but: .quietAfterKnownTerm))
                == QuietPeriod(until: granted, lateness: .none))
        #expect(quiet(after: nil, rules: .all(but: .quietAfterKnownTerm)).until == worst)
        #expect(quiet(after: nil, rules: .all(but: .amnesiaLeavesAllUncertain)).lateness == .unclear)
        #expect(quiet(after: dead(isActive: false), rules: .all(but: .deathProvesOneTerm)).until == granted)
        #expect(quiet(after: dead(isActive: true), rules: .all(but: .deathLeavesCallsOpen)).lateness == .none)
        let held = HeldTerm(epoch: Epoch(3), boundUntil: .seconds(50))
        #expect(
            quiet(after: term(.n1), lastHeld: held, rules: .all(but: .ownRecordIsProvenByEpoch)).until == .seconds(50))
    }
}
