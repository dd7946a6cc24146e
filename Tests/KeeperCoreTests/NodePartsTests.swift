import Testing

@testable import KeeperCore

/// The smaller machines that a node is made of.
@Suite struct NodePartsTests {
    private let now = Instant.seconds(1000)
    private let request = RequestID(7)

    // MARK: Departure

    @Test func stepDown_WaitsForCalls_AndIsOverThen() {
        var departure = Departure()
        #expect(!departure.isUnderWay)
        let succession = Departure.Succession(successor: NodeName("n2"))
        departure.stepDown(succession)
        departure.stepDown()
        #expect(departure.isUnderWay && departure.waitsForCalls && !departure.isForGood)
        #expect(departure.nextWakeUp == nil, "a call in flight ends by itself")
        #expect(departure.next(mayRelease: false, at: now) == nil)
        #expect(departure.next(mayRelease: true, at: now) == .stepDown(succession), "the first to ask says to whom")
        #expect(!departure.isUnderWay)
    }

    @Test(arguments: [false, true])
    func leaving_GoesOn_WhenCallsAreOver_OrAtItsDeadline(areOver: Bool) {
        var departure = Departure()
        departure.stepDown()
        departure.leave(by: now + .seconds(4))
        departure.leave(by: now + .seconds(9))
        #expect(departure.isForGood && departure.waitsForCalls && departure.nextWakeUp == now + .seconds(4))
        #expect(departure.next(mayRelease: false, at: now + .seconds(3)) == nil)
        let step = departure.next(mayRelease: areOver, at: now + .seconds(areOver ? 0 : 4))
        #expect(step == .resign)
    }

    @Test func release_IsAwaited_UntilItIsAnswered_OrForSoLong() {
        var answered = Departure()
        answered.leave(by: now)
        answered.released(by: request, before: now + .seconds(1))
        #expect(!answered.waitsForCalls && answered.nextWakeUp == now + .seconds(1))
        var unanswered = answered
        answered.answered(RequestID(8))
        #expect(answered.next(mayRelease: false, at: now) == nil, "another request tells nothing of this one")
        answered.answered(request)
        #expect(answered.next(mayRelease: false, at: now) == .leave)
        #expect(unanswered.next(mayRelease: false, at: now + .seconds(1)) == .leave)
    }

    @Test func nodeThatHasLeft_StaysAway() {
        var departure = Departure()
        departure.leave(by: now)
        departure.released(by: nil, before: now + .seconds(1))
        #expect(departure.next(mayRelease: false, at: now) == .leave)
        departure.stepDown()
        departure.leave(by: now)
        #expect(departure.next(mayRelease: true, at: now + .seconds(60)) == nil)
        #expect(departure.isUnderWay && departure.isForGood && departure.nextWakeUp == nil)
    }

    // MARK: Lock

    private func found(lockLeft: Duration?, pauseLeft: Duration? = nil) -> TickReply {
        TickReply(lease: nil, lockLeft: lockLeft, position: StorePosition(store: "s", event: 0), pauseLeft: pauseLeft)
    }

    @Test func freeTime_CountsFromTheFirstLook_AndAnewAfterTheLockWasHeld() {
        var lock = LockView()
        lock.observe(found(lockLeft: nil), sentAt: now)
        #expect(lock.freeTime(at: now) == .zero)
        #expect(lock.freeTime(at: now + .seconds(2)) == .seconds(2))
        lock.observe(found(lockLeft: .seconds(6)), sentAt: now)
        #expect(lock.isHeld && lock.freeTime(at: now + .seconds(3)) == nil)
        lock.observe(found(lockLeft: nil), sentAt: now)
        #expect(lock.freeTime(at: now + .seconds(5)) == .zero)
    }

    @Test func pause_CountsFromWhenItWasAskedFor() {
        var lock = LockView()
        #expect(!lock.isPaused)
        lock.observe(found(lockLeft: nil, pauseLeft: .seconds(60)), sentAt: now)
        #expect(lock.isPaused && lock.pauseEnds == now + .seconds(60))
        lock.observe(found(lockLeft: nil), sentAt: now)
        #expect(!lock.isPaused)
    }

    // MARK: Apps

    @Test func directory_KnowsPlacesAndTickets() {
        let apps = [
            AppSettings(id: .wx1, line: .classic), AppSettings(ticket: .jsapi, of: .wx1),
            AppSettings(ticket: .card, of: .wx1), AppSettings(ticket: .jsapi, of: AppID("wx-gone")),
        ]
        let facts = apps.map { CredentialFacts(isTicket: $0.line.isTicket) }
        let directory = AppDirectory(apps, facts: facts)
        #expect(apps.map { directory[$0.id] } == [0, 1, 2, 3])
        #expect(directory[AppID("wx-other")] == nil)
        #expect((0..<4).map(directory.tickets) == [[1, 2], [], [], []])
        #expect(directory.digest == AppsDigest(of: apps.reversed()))
        #expect(directory.digest != AppDirectory([apps[0]], facts: [facts[0]]).digest)
    }

    @Test func appThatIsGone_LeavesNothingBehind_UnlessACallOfItIsOnItsWay() {
        let settings = NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .zero)
        let setup = NodeSetup(holder: .n1, settings: settings, rules: .all, fingerprint: Fingerprint.init(of:))
        var maker = RefresherMaker(random: SplitMix64(seed: 1))
        let idle = maker.make(AppSettings(id: .wx1, line: .classic), RefreshPolicy(settings), setup)
        #expect(maker.forget(idle, timing: .standard, at: now) == nil)
        #expect(maker.forgotten.callsUntil == .origin && maker.forgotten.lastIntent == 0)
    }

    // MARK: Ticks

    private func sent(_ ticks: inout TickSchedule, at moment: Instant) { ticks.sent(request, at: moment) }

    @Test func tick_FollowsTheAnswer_AfterAPeriodMoreOrLess() {
        var ticks = TickSchedule(period: .seconds(1), seed: 1)
        #expect(ticks.isDue(at: .origin))
        sent(&ticks, at: now)
        #expect(ticks.isAwaiting(request) && !ticks.isDue(at: now + .seconds(60)) && ticks.nextWakeUp == nil)
        #expect(ticks.replied(RequestID(8), at: now) == nil)
        #expect(ticks.replied(request, at: now + .seconds(2)) == now)
        #expect(!ticks.isDue(at: now + .seconds(2.9)) && ticks.isDue(at: now + .seconds(3.1)))
        #expect(ticks.replied(request, at: now) == nil, "once")
    }

    @Test func hint_BringsATickAtOnce_AndOneMoreAfterTheOneInFlight() {
        var ticks = TickSchedule(period: .seconds(1), seed: 1)
        sent(&ticks, at: now)
        ticks.hint(at: now)
        #expect(!ticks.isDue(at: now))
        _ = ticks.replied(request, at: now)
        #expect(ticks.isDue(at: now), "the one in flight may have looked too early")
        sent(&ticks, at: now)
        _ = ticks.replied(request, at: now)
        #expect(!ticks.isDue(at: now), "once")
        ticks.hint(at: now)
        #expect(ticks.isDue(at: now))
    }

    @Test func tickFromBefore_IsOfNoUse_WhenAllIsToBeReadAnew() {
        var ticks = TickSchedule(period: .seconds(1), seed: 1)
        sent(&ticks, at: now)
        ticks.voidInFlight()
        #expect(ticks.replied(request, at: now) == nil && ticks.nextWakeUp != nil)
        ticks.sent(RequestID(8), at: now)
        #expect(ticks.replied(RequestID(8), at: now) == now)
    }

    @Test(arguments: [(Duration.milliseconds(500), true), (.milliseconds(1500), false)])
    func lockAboutToEnd_IsLookedAtWhenItEnds(left: Duration, isSooner: Bool) {
        var ticks = TickSchedule(period: .seconds(1), seed: 1)
        sent(&ticks, at: now)
        _ = ticks.replied(request, at: now)
        ticks.lookAgain(whenLockEndsIn: left, at: now)
        #expect((ticks.nextWakeUp == now + left + .milliseconds(3)) == isSooner)
    }

    // MARK: The store's clock

    @Test(arguments: [
        (Duration.seconds(1), false), (.seconds(-1), false), (.seconds(1.001), true), (.seconds(-60), true),
    ])
    func jumpOfTheStoresClock_IsNoticed(step: Duration, isNoticed: Bool) {
        var (clock, out) = (StoreClock(), Outbox())
        clock.observe(.seconds(5000), at: now, into: &out)
        clock.observe(.seconds(5010) + step, at: now + .seconds(10), into: &out)
        #expect(out.counters.storeClockSteps == (isNoticed ? 1 : 0))
        #expect(out.drain() == (isNoticed ? [.note(.store(.clockStepped(by: step)))] : []))
        clock.observe(.seconds(5020) + step, at: now + .seconds(20), into: &out)
        #expect(out.counters.storeClockSteps == (isNoticed ? 1 : 0), "it goes on from where it jumped to")
    }
}
