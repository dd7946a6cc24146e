/// What is to happen, earliest first, and at one moment in the order of scheduling.
///
/// A binary heap of small entries; the events themselves lie still in slots, so that a swap moves 24 bytes.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry {
        let at: WorldTime
        let sequence: UInt64
        let slot: Int

        func isBefore(_ other: Entry) -> Bool {
            let (left, right) = (at.nanoseconds, other.at.nanoseconds)
            return left < right || (left == right && sequence < other.sequence)
        }
    }

    private var heap: [Entry] = []
    private var slots: [Event] = []
    private var free: [Int] = []
    private var sequence: UInt64 = 0

    /// The coarseness of its clock: every moment is put off to the next multiple of so many nanoseconds.
    private let grain: Int64

    init(grain: Int64 = 1) { self.grain = grain }

    mutating func push(_ event: Event, at moment: WorldTime) {
        sequence += 1
        let at = grain == 1 ? moment : moment.roundedUp(to: grain)
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

    /// The next to happen, and when.
    var first: (at: WorldTime, event: Event)? { heap.first.map { ($0.at, slots[$0.slot]) } }

    /// All that is to happen, in no particular order.
    var pending: [(at: WorldTime, event: Event)] { heap.map { ($0.at, slots[$0.slot]) } }

    /// Takes out all that is to happen at the earliest moment, in the order of scheduling.
    mutating func popMoment() -> [Event] {
        guard let moment = first?.at else { return [] }
        var events: [Event] = []
        while first?.at == moment, let (_, event) = pop() { events.append(event) }
        return events
    }

    /// Puts off whatever is meant.
    mutating func postpone(by seconds: Double, where isMeant: (Event) -> Bool) {
        let all = heap.sorted { $0.isBefore($1) }.map { (at: $0.at, event: slots[$0.slot]) }
        self = EventQueue(grain: grain)
        for (at, event) in all { push(event, at: isMeant(event) ? at + seconds : at) }
    }

    private mutating func siftUp() {
        var child = heap.count - 1
        let entry = heap[child]
        while child > 0 {
            let parent = heap[(child - 1) / 2]
            guard entry.isBefore(parent) else { break }
            heap[child] = parent
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
            var least = heap[child]
            if child + 1 < heap.count, heap[child + 1].isBefore(least) {
                child += 1
                least = heap[child]
            }
            guard least.isBefore(entry) else { break }
            heap[parent] = least
            parent = child
        }
        heap[parent] = entry
    }
}
