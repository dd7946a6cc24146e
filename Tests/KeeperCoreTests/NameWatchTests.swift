import Testing

@testable import KeeperCore

@Suite struct NameWatchTests {
    private let old = LeaseHolder.node("n1", start: 0)
    private let period = LeaseTiming.standard.tickPeriod

    private func observe(_ watch: inout NameWatch, _ member: Member?, at seconds: Double) -> [NodeAction] {
        var out = Outbox()
        watch.observe(member, tickPeriod: period, at: .seconds(seconds), into: &out)
        return out.drain()
    }

    @Test func freeName_IsOurs() {
        var watch = NameWatch()
        #expect(watch.finding == .watching)
        #expect(observe(&watch, nil, at: 1) == [])
        #expect(watch.finding == .ours)
    }

    @Test func silentNamesake_IsDeadAfterThreeTicks() {
        var watch = NameWatch()
        #expect(observe(&watch, .living(old), at: 1) == [.note(.lease(.nameContested(by: .living(old))))])
        #expect(observe(&watch, .living(old), at: 2.1) == [])
        #expect(watch.finding == .watching)
        #expect(observe(&watch, .living(old), at: 2.125) == [])
        #expect(watch.finding == .claims)
        _ = observe(&watch, nil, at: 2.5)
        #expect(watch.finding == .ours)
    }

    @Test func stirringNamesake_IsAlive() {
        var watch = NameWatch()
        _ = observe(&watch, .living(old), at: 1)
        _ = observe(&watch, .living(old, beat: 2), at: 1.4)
        #expect(watch.finding == .taken(by: .living(old, beat: 2)))
        _ = observe(&watch, .living(old, beat: 2), at: 9)
        #expect(watch.finding == .taken(by: .living(old, beat: 2)))
    }

    @Test func anotherNamesake_IsWatchedAnew() {
        var watch = NameWatch()
        let third = LeaseHolder.node("n1", start: 7)
        _ = observe(&watch, .living(old), at: 1)
        #expect(
            observe(&watch, .living(third, beat: 5), at: 3) == [
                .note(.lease(.nameContested(by: .living(third, beat: 5))))
            ])
        #expect(watch.finding == .watching)
    }
}
