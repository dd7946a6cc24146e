import Testing

@testable import KeeperCore

/// How long a node that hears nothing counts as up to date, and how it stays in step with the store.
@Suite struct ConfirmationScenarios {
    private let young = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(100))
    private let period = LeaseTiming.standard.tickPeriod

    private func away(_ action: NodeAction) -> ScriptedStore.Weather { .unreachable }

    // MARK: Stale

    @Test func node_IsStaleOnceItsConfirmationIsOlderThanFiveSeconds() throws {
        var harness = Harness.following(young)
        harness.pass(.seconds(1))
        let age = try #require(harness.core.health(at: harness.now).syncAge)
        let bound = harness.now + (.seconds(5) - age)
        #expect(!harness.core.health(at: bound).isStale)
        #expect(harness.core.health(at: bound + .milliseconds(1)).isStale)
    }

    @Test func members_AreAskedAsSoonAsTheStoreIsAwayForTooLong_AndEveryTwoSecondsThen() throws {
        var harness = Harness.following(young)
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.pass(.seconds(1))
        harness.weather = away
        harness.passUntil(atMost: .seconds(7)) { !$0.queries.isEmpty }
        let age = try #require(harness.core.health(at: harness.now).syncAge)
        #expect(age > .seconds(5) && age < .seconds(6.5))
        try harness.members([])
        let pause = harness.passUntil(atMost: .seconds(4)) { !$0.queries.isEmpty }
        #expect(pause > .seconds(1.5))
    }

    @Test func nodeThatIsBehindTheOthers_IsOutOfStep_AfterItsReaderLease() throws {
        var harness = Harness.following(young)
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.pass(.seconds(1))
        harness.weather = away
        harness.passUntil { !$0.queries.isEmpty }
        try harness.members([])
        let age = try #require(harness.core.health(at: harness.now).syncAge)
        let bound = harness.now + (harness.core.settings.readerLease - age)
        #expect(harness.core.settings.readerLease == .seconds(210))
        // Nothing has happened meanwhile, so it is stuck as well.
        #expect(harness.core.health(at: bound).reasonsNotReady == [.stuck])
        #expect(harness.core.health(at: bound + .milliseconds(1)).reasonsNotReady == [.stuck, .outOfStep])
    }

    // MARK: Ticks

    /// The answer to a tick may have been read before what the hint is about.
    @Test func hintDuringATick_BringsAnotherAtOnce() {
        var harness = Harness.following(young)
        harness.pass(.seconds(2))
        harness.weather = { if case .lease(_, .tick) = $0 { .slow(.milliseconds(200)) } else { .fair } }
        let before = harness.core.status(at: harness.now).counters.ticks
        harness.play(.hinted)
        harness.pass(.milliseconds(100))
        harness.play(.hinted)
        harness.pass(.milliseconds(110))
        #expect(harness.core.status(at: harness.now).counters.ticks == before + 2)
    }

    /// Of many apps a tick looks at some; that a record was lost is noticed all the same.
    @Test func lostRecord_IsFoundInItsTurn_WhereverItStands() {
        let count = Tick.mostVerified * 3 + 1
        let apps = (0..<count).map { AppSettings(id: AppID("wx\(1000 + $0)"), line: .classic) }
        var harness = Harness(apps: apps)
        for app in apps {
            var record = young
            record.app = app.id
            harness.store.keep(record, at: harness.now)
        }
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.pass(.seconds(5))
        for app in [apps[0], apps[count / 2], apps[count - 1]] {
            harness.store.forget(app.id)
            harness.pass(period * 6)
            #expect(harness.store.record(app.id, at: harness.now) != nil, "\(app.id)")
        }
    }

    @Test func lockAboutToEnd_IsLookedAtWhenItEnds() {
        var harness = Harness.following(young)
        harness.pass(.seconds(2))
        // The next tick would come nearly half a period after that.
        let end = harness.now + period.scaled(by: 0.6)
        harness.store.lead(.n2, epoch: 4, sequence: 2, until: end)
        harness.play(.hinted)
        let before = harness.core.status(at: harness.now).counters.ticks
        harness.pass(end - harness.now - .milliseconds(1))
        #expect(harness.core.status(at: harness.now).counters.ticks == before)
        harness.pass(.milliseconds(11))
        #expect(harness.core.status(at: harness.now).counters.ticks == before + 1)
    }

    // MARK: Another store

    /// Lets so much time pass from an event on, and the store answer as `reply` says.
    private func play(
        _ core: inout NodeCore, _ store: inout ScriptedStore, for duration: Duration, from start: Instant,
        beginning: NodeEvent = .woke, _ reply: (LeaseCommand, LeaseReply) -> Result<LeaseReply, StoreError>
    ) -> Instant {
        var (now, next) = (start, beginning)
        while now <= start + duration {
            var events = [next]
            next = .woke
            while !events.isEmpty {
                for action in core.handle(events.removeFirst(), at: now) {
                    guard case .lease(let id, let command) = action else { continue }
                    let answer = store.perform(command, by: .n1, at: now)
                    events.append(.leaseReplied(request: id, reply: reply(command, answer)))
                }
            }
            now = max(now + .milliseconds(1), core.nextWakeUp)
        }
        return now
    }

    /// A server that was started from an old copy counts other events under the numbers that were read already.
    @Test(arguments: [true, false]) func anotherServer_IsReadFromTheBeginning(isAnother: Bool) {
        var core = Harness().core
        var (before, after) = (ScriptedStore(), ScriptedStore())
        let start = Instant.seconds(1000)
        before.keep(young, at: start)
        after.keep(.sample(version: 4, epoch: 3, token: "t4", age: .zero, previous: ["t1"]), at: start)
        before.lead(.n2, epoch: 4, until: .seconds(5000))
        after.lead(.n2, epoch: 4, until: .seconds(5000))
        var now = play(&core, &before, for: .seconds(2), from: start, beginning: .started) { .success($1) }
        #expect(core.memberState(at: now).records.map(\.version) == [3])
        now = play(&core, &after, for: .seconds(2), from: now) { _, reply in
            let run = isAnother ? "another run" : reply.server.run
            return .success(LeaseReply(server: ServerIdentity(run: run, connection: 2), answer: reply.answer))
        }
        #expect(core.memberState(at: now).records.map(\.version) == [isAnother ? 4 : 3])
    }

    private let full = StoreRefusal(code: "OOM", reason: "it is full", deed: "free it")

    @Test func refusedTick_ConfirmsNothing_AndRefusedAcquisitionLeavesTheStoreReachable() {
        for isOfTicks in [true, false] {
            var core = Harness().core
            var store = ScriptedStore()
            let start = Instant.seconds(1000)
            var now = play(&core, &store, for: .seconds(2), from: start, beginning: .started) { .success($1) }
            #expect(core.health(at: now).isStoreReachable && core.health(at: now).storeRefusal == nil)
            now = play(&core, &store, for: .seconds(8), from: now) { command, reply in
                let isTick = if case .tick = command { true } else { false }
                return isTick == isOfTicks ? .failure(.rejected(full)) : .success(reply)
            }
            let health = core.health(at: now)
            #expect(health.storeRefusal == full)
            #expect(health.isStoreReachable == !isOfTicks && health.isStale == isOfTicks)
            #expect(core.alarms(at: now)?.alarms.map(\.kind).contains(.storeRefuses) == true)
        }
    }
}
