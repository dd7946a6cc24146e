/// The next moment at which each of many things wants to be looked at, earliest first.
///
/// A binary heap with one live entry a key: setting a key anew leaves its old entry behind, recognised as stale when it
/// comes up. So ten thousand apps cost a wake-up no more than one does.
struct DeadlineQueue: Sendable {
    private struct Entry {
        let at: Instant
        let key: Int
    }

    private var heap: [Entry] = []
    private var current: [Instant?]

    /// Keys are `0..<count`; none has a deadline.
    init(count: Int) { current = Array(repeating: nil, count: count) }

    /// The earliest deadline.
    var first: Instant? { heap.first?.at }

    /// Gives `key` a deadline, or none.
    mutating func set(_ key: Int, _ deadline: Instant?) {
        guard current[key] != deadline else { return }
        current[key] = deadline
        if let deadline { push(Entry(at: deadline, key: key)) }
        dropStale()
    }

    /// Takes out a key whose deadline is not after `now`; nil if there is none.
    mutating func pop(at now: Instant) -> Int? {
        guard let top = heap.first, top.at <= now else { return nil }
        removeFirst()
        current[top.key] = nil
        dropStale()
        return top.key
    }

    /// Keeps the first entry a live one.
    private mutating func dropStale() {
        while let top = heap.first, current[top.key] != top.at { removeFirst() }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].at < heap[child].at { child += 1 }
            guard heap[child].at < heap[parent].at else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
