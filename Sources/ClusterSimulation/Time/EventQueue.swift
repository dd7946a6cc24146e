/// What is to happen, earliest first, and at one moment in the order of scheduling.
///
/// A binary heap of small entries; the events themselves lie still in slots, so that a swap moves 24 bytes.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry {
        let at: WorldTime
        let sequence: UInt64
        let slot: Int

        func isBefore(_ other: Entry) -> Bool { at == other.at ? sequence < other.sequence : at < other.at }
    }

    private var heap: [Entry] = []
    private var slots: [Event] = []
    private var free: [Int] = []
    private var sequence: UInt64 = 0

    /// Whether nothing is to happen any more.
    var isEmpty: Bool { heap.isEmpty }

    mutating func push(_ event: Event, at: WorldTime) {
        sequence += 1
        let slot: Int
        if let reused = free.popLast() {
            slots[reused] = event
            slot = reused
        } else {
            slots.append(event)
            slot = slots.count - 1
        }
        heap.append(Entry(at: at, sequence: sequence, slot: slot))
        siftUp()
    }

    mutating func pop() -> (at: WorldTime, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        free.append(first.slot)
        return (first.at, slots[first.slot])
    }

    private mutating func siftUp() {
        var child = heap.count - 1
        let entry = heap[child]
        while child > 0, entry.isBefore(heap[(child - 1) / 2]) {
            heap[child] = heap[(child - 1) / 2]
            child = (child - 1) / 2
        }
        heap[child] = entry
    }

    private mutating func siftDown() {
        let entry = heap[0]
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(entry) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}
