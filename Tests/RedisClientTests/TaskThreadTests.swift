import Foundation
import RedisClient
import Testing

/// A thread of its own for some tasks.
@Suite struct TaskThreadTests {
    private actor Place {
        func thread() -> UInt { TaskThreadTests.thread() }
    }

    private static func thread() -> UInt { UInt(pthread_self()) }

    @Test func task_ItsActors_AndItsChildren_RunOnOneThread() async {
        let own = TaskThread()
        let seen = await withTaskExecutorPreference(own) {
            let place = Place()
            var seen: Set<UInt> = [Self.thread()]
            for _ in 0..<100 {
                await Task.yield()
                seen.formUnion([Self.thread(), await place.thread()])
            }
            await withTaskGroup(of: UInt.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        await Task.yield()
                        return await place.thread()
                    }
                }
                for await thread in group { seen.insert(thread) }
            }
            return seen
        }
        #expect(seen.count == 1)
    }

    @Test func twoOfThem_AreTwo() async {
        let (one, other) = (TaskThread(), TaskThread())
        let first = await withTaskExecutorPreference(one) { Self.thread() }
        let second = await withTaskExecutorPreference(other) { Self.thread() }
        #expect(first != second)
    }
}
