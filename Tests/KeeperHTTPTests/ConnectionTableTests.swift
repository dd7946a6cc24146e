import NIOCore
import Testing

@testable import KeeperHTTP

@Suite struct ConnectionTableTests {
    private static func seconds(_ count: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(count) }

    private static func full() -> ConnectionTable {
        var table = ConnectionTable(most: 3)
        for number in 1...3 { table.open(number, at: seconds(Int64(number))) }
        return table
    }

    @Test func longestIdle_GoesForAnother_AndNobodyGoesWhileThereIsRoom() {
        var table = Self.full()
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == nil)
        table.open(4, at: Self.seconds(4))
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == 1)
        // It may still have its descriptor, and is not told twice.
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == nil)
        table.close(1)
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == nil)
        table.open(5, at: Self.seconds(9))
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == 2)
    }

    @Test func connectionThatWasUsed_IsIdleFromThenOn() {
        var table = Self.full()
        for phase in [ConnectionTable.Phase.head, .body, .answering, .sending, .quiet] {
            table.enter(phase, 1, at: Self.seconds(5))
        }
        table.open(4, at: Self.seconds(6))
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == 2)
    }

    @Test func requestDropByDrop_DoesNotPutOffTheEnd() {
        var table = Self.full()
        table.enter(.head, 1, at: Self.seconds(5))
        table.open(4, at: Self.seconds(6))
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == 1)
    }

    @Test(arguments: [ConnectionTable.Phase.body, .answering, .sending])
    func whoIsWorkedFor_NeverGoesForAnother(_ phase: ConnectionTable.Phase) {
        var table = Self.full()
        for number in 1...3 { table.enter(phase, number, at: Self.seconds(5)) }
        table.open(4, at: Self.seconds(6))
        table.enter(phase, 4, at: Self.seconds(6))
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == nil)
        table.enter(.quiet, 2, at: Self.seconds(7))
        #expect(table.makeRoom(at: Self.seconds(9)) { _ in false } == 2)
    }

    @Test(
        arguments: [
            (ConnectionTable.Phase.head, 10), (.body, 30), (.sending, 30), (.quiet, 75), (.answering, nil),
        ] as [(ConnectionTable.Phase, Int64?)]
    )
    func caller_HasItsTime(_ phase: ConnectionTable.Phase, _ limit: Int64?) {
        var table = ConnectionTable(most: 3)
        table.open(1, at: Self.seconds(100))
        table.enter(phase, 1, at: Self.seconds(100))
        #expect(Self.count(table.overdue(at: Self.seconds(100 + (limit ?? 1000)))) == 0)
        let overdue = table.overdue(at: Self.seconds(101 + (limit ?? 1000)))
        #expect(Self.count(overdue) == (limit == nil ? 0 : 1))
        #expect(overdue.quiet.isEmpty == (phase != .quiet))
    }

    private static func count(_ overdue: (slow: [Int], quiet: [Int])) -> Int {
        overdue.slow.count + overdue.quiet.count
    }

    /// Answers that are taken at once leave it quiet; it was used all the same.
    @Test func quietConnectionThatWasUsed_StaysBeforeOneThatWasNot() {
        var table = Self.full()
        table.open(4, at: Self.seconds(6))
        var used: Set = [1, 2]
        #expect(table.makeRoom(at: Self.seconds(7)) { used.remove($0) != nil } == 3)
        table.use(4, at: Self.seconds(50))
        #expect(table.overdue(at: Self.seconds(83)).quiet.sorted() == [1, 2])
        #expect(table.overdue(at: Self.seconds(126)).quiet == [4])
    }

    @Test func manyRequests_LeaveNoQueueBehind() {
        var table = Self.full()
        for turn in 0..<10_000 {
            table.enter(.answering, turn % 3 + 1, at: Self.seconds(5))
            table.enter(.quiet, turn % 3 + 1, at: Self.seconds(5))
        }
        #expect(table.queue.count < 100)
    }
}
