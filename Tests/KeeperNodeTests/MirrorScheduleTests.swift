import KeeperCore
import Testing

@testable import KeeperNode

/// When which mirrors are seen to, with a clock that the test moves.
@Suite struct MirrorScheduleTests {
    private static func apps(_ count: Int) -> [AppID] { (0..<count).map { AppID("wx\(100_000 + $0)") } }

    private let first = Epoch(1)

    /// A schedule whose term has begun and whose first commands are done.
    private func settled(_ apps: [AppID], at now: Instant = .origin) -> MirrorSchedule {
        var schedule = MirrorSchedule(apps: apps)
        var actions = schedule.handle(.woke, term: first, at: now)
        while !actions.isEmpty { actions = schedule.handle(.replied(.done), term: first, at: now) }
        return schedule
    }

    @Test func withoutATerm_NothingIsDone() {
        let apps = Self.apps(3)
        var schedule = MirrorSchedule(apps: apps)
        #expect(schedule.handle(.woke, term: nil, at: .origin) == [])
        #expect(schedule.handle(.changed(Set(apps)), term: nil, at: .seconds(100)) == [])
        #expect(schedule.wakeUp == nil)
    }

    @Test func newTerm_SeesToAllAppsAtOnce() {
        let apps = Self.apps(3)
        var schedule = MirrorSchedule(apps: apps)
        #expect(schedule.handle(.changed([]), term: first, at: .seconds(5)) == [.mirror(apps, epoch: first)])
        #expect(schedule.handle(.replied(.done), term: first, at: .seconds(5)) == [])
        #expect(schedule.handle(.woke, term: nil, at: .seconds(6)) == [])
        #expect(schedule.handle(.woke, term: Epoch(2), at: .seconds(7)) == [.mirror(apps, epoch: Epoch(2))])
    }

    @Test func otherApps_AreSeenToAtOnce_AndThoseOfBeforeNoMore() {
        let apps = Self.apps(4)
        var schedule = settled(Array(apps[0...1]))
        let next = Array(apps[1...3])
        #expect(schedule.handle(.configured(next), term: first, at: .seconds(1)) == [.mirror(next, epoch: first)])
        #expect(schedule.handle(.replied(.done), term: first, at: .seconds(1)) == [])
        #expect(schedule.handle(.changed([apps[0]]), term: first, at: .seconds(2)) == [])
        #expect(schedule.handle(.configured([]), term: first, at: .seconds(3)) == [])
        #expect(schedule.wakeUp == nil)
    }

    @Test func lapsedLease_StopsIt_AndItsRecoverySeesToAll() {
        let apps = Self.apps(2)
        var schedule = settled(apps)
        #expect(schedule.handle(.changed([apps[0]]), term: nil, at: .seconds(1)) == [])
        #expect(schedule.wakeUp == nil)
        #expect(schedule.handle(.changed([]), term: first, at: .seconds(2)) == [.mirror(apps, epoch: first)])
    }

    @Test func anotherToken_IsCopiedAtOnce() {
        let apps = Self.apps(40)
        var schedule = settled(apps)
        let changed = schedule.handle(.changed([apps[30], apps[7]]), term: first, at: .seconds(0.1))
        #expect(changed == [.mirror([apps[7], apps[30]], epoch: first)])
    }

    @Test func stranger_IsNoBusinessOfOurs() {
        var schedule = settled(Self.apps(2))
        #expect(schedule.handle(.changed([AppID("other")]), term: first, at: .seconds(0.1)) == [])
    }

    @Test func oneCommandAtATime_AndWhatChangesMeanwhileIsNotForgotten() {
        let apps = Self.apps(2)
        var schedule = settled(apps)
        #expect(
            schedule.handle(.changed([apps[0]]), term: first, at: .seconds(1)) == [.mirror([apps[0]], epoch: first)])
        #expect(schedule.handle(.changed([apps[0], apps[1]]), term: first, at: .seconds(1.1)) == [])
        #expect(schedule.handle(.changed([apps[0]]), term: first, at: .seconds(1.2)) == [])
        #expect(schedule.wakeUp == nil)
        #expect(schedule.handle(.replied(.done), term: first, at: .seconds(1.3)) == [.mirror(apps, epoch: first)])
    }

    /// Some rounds of a term in which nothing changes, with commands that take a while.
    @Test(arguments: [1, 2, 11, 12, 13, 100, 1201, 20_000])
    func everyApp_IsLookedAtInTime_ByAtMostOneCommandASecond(_ count: Int) {
        let apps = Self.apps(count)
        let latency = Duration.milliseconds(30)
        var now = Instant.origin
        var schedule = settled(apps)
        var looked = Dictionary(uniqueKeysWithValues: apps.map { ($0, now) })
        var last: Instant?
        var longest = Duration.zero
        for _ in 0..<30 {
            guard let wakeUp = schedule.wakeUp else { return #expect(Bool(false), "it sleeps for ever") }
            now = max(now, wakeUp) + .milliseconds(5)
            guard case .mirror(let some, first)? = schedule.handle(.woke, term: first, at: now).first else { continue }
            if let last { #expect(now - last >= .seconds(1)) }
            last = now
            #expect(Set(some).count == some.count)
            for app in some {
                longest = max(longest, now - (looked[app] ?? .origin))
                looked[app] = now
            }
            now = now + latency
            #expect(schedule.handle(.replied(.done), term: first, at: now) == [])
        }
        for app in apps { longest = max(longest, now - (looked[app] ?? .origin)) }
        #expect(longest <= MirrorSchedule.longestRound)
        if count == 1 { #expect(now > .seconds(30 * 11), "one app does not need a command every second") }
    }

    @Test func manyApps_AtTheBeginningOfATerm_GoIntoSeveralCommands() {
        let apps = Self.apps(250)
        var schedule = MirrorSchedule(apps: apps)
        var seen: [AppID] = []
        var sizes: [Int] = []
        var actions = schedule.handle(.woke, term: first, at: .origin)
        while case .mirror(let some, first)? = actions.first {
            seen += some
            sizes.append(some.count)
            actions = schedule.handle(.replied(.done), term: first, at: .origin)
        }
        #expect(seen == apps)
        #expect(sizes == [100, 100, 50])
    }

    @Test(arguments: [MirrorSchedule.Outcome.denied, .failed(.timedOut), .failed(.unreachable(reason: "away"))])
    func unansweredCommand_IsRepeatedAfterAPause(_ outcome: MirrorSchedule.Outcome) {
        let apps = Self.apps(2)
        var schedule = settled(apps)
        #expect(schedule.handle(.changed([apps[0]]), term: first, at: .seconds(1)).count == 1)
        _ = schedule.handle(.replied(outcome), term: first, at: .seconds(2))
        #expect(schedule.wakeUp == .seconds(3))
        #expect(schedule.handle(.changed([apps[1]]), term: first, at: .seconds(2.5)) == [])
        #expect(schedule.handle(.woke, term: first, at: .seconds(3)) == [.mirror(apps, epoch: first)])
    }

    private static let refusal = StoreError.rejected(StoreRefusal(code: "NOPERM", reason: "no", deed: "allow it"))

    @Test func refusedKey_WaitsForTheNextRound() {
        let apps = Self.apps(1)
        let error = Self.refusal
        var schedule = settled(apps)
        #expect(schedule.handle(.changed([apps[0]]), term: first, at: .seconds(1)).count == 1)
        #expect(schedule.handle(.replied(.failed(error)), term: first, at: .seconds(1)) == [.tellFailure(error)])
        #expect(schedule.wakeUp == .seconds(12))
    }

    @Test func outage_IsToldOnce_AndItsEndAfterAWholeRound() {
        let apps = Self.apps(24)
        var schedule = settled(apps)
        var told: [MirrorSchedule.Action] = []
        var now = Instant.origin
        for step in 0..<60 {
            now = max(now, schedule.wakeUp ?? now)
            let actions = schedule.handle(.woke, term: first, at: now)
            // Two of twelve commands of a round fail, for two rounds.
            let isBad = step < 24 && step % 6 == 0
            guard !actions.isEmpty else { continue }
            let outcome: MirrorSchedule.Outcome = isBad ? .failed(Self.refusal) : .done
            told += schedule.handle(.replied(outcome), term: first, at: now)
        }
        #expect(told == [.tellFailure(Self.refusal), .tellRecovery])
    }
}
