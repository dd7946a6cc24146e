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
        #expect(table.makeRoom() == nil)
        table.open(4, at: Self.seconds(4))
        #expect(table.makeRoom() == 1)
        // It still has its descriptor, and is not told twice.
        #expect(table.count == 4)
        #expect(table.makeRoom() == nil)
        table.close(1)
        #expect(table.count == 3)
    }

    @Test func connectionThatWasUsed_IsIdleFromThenOn() {
        var table = Self.full()
        for phase in [ConnectionTable.Phase.head, .body, .answering, .sending, .quiet] {
            table.enter(phase, 1, at: Self.seconds(5))
        }
        table.open(4, at: Self.seconds(6))
        #expect(table.makeRoom() == 2)
    }

    @Test func requestDropByDrop_DoesNotPutOffTheEnd() {
        var table = Self.full()
        table.enter(.head, 1, at: Self.seconds(5))
        table.open(4, at: Self.seconds(6))
        #expect(table.makeRoom() == 1)
    }

    @Test(arguments: [ConnectionTable.Phase.body, .answering, .sending])
    func whoIsWorkedFor_NeverGoesForAnother(_ phase: ConnectionTable.Phase) {
        var table = Self.full()
        for number in 1...3 { table.enter(phase, number, at: Self.seconds(5)) }
        table.open(4, at: Self.seconds(6))
        table.enter(phase, 4, at: Self.seconds(6))
        #expect(table.makeRoom() == nil)
        table.enter(.quiet, 2, at: Self.seconds(7))
        #expect(table.makeRoom() == 2)
    }

    @Test(
        arguments: [
            (ConnectionTable.Phase.head, 10), (.body, 30), (.sending, 30), (.quiet, nil), (.answering, nil),
        ] as [(ConnectionTable.Phase, Int64?)]
    )
    func caller_HasItsTime(_ phase: ConnectionTable.Phase, _ limit: Int64?) {
        var table = ConnectionTable(most: 3)
        table.open(1, at: Self.seconds(0))
        table.enter(phase, 1, at: Self.seconds(100))
        #expect(table.overdue(at: Self.seconds(100 + (limit ?? 1000))) == [])
        #expect(table.overdue(at: Self.seconds(101 + (limit ?? 1000))) == (limit == nil ? [] : [1]))
    }

    @Test func manyRequests_LeaveNoQueueBehind() {
        var table = Self.full()
        for turn in 0..<10_000 {
            table.enter(.answering, turn % 3 + 1, at: Self.seconds(5))
            table.enter(.quiet, turn % 3 + 1, at: Self.seconds(5))
        }
        #expect(table.queueLength < 100)
    }
}
