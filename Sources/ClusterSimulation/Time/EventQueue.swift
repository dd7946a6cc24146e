/// What is to happen, earliest first, and at one moment in the order of scheduling.
///
/// An array of moments in order, the next to happen last. Most things are scheduled for the next few milliseconds,
/// close to that end, so that little moves: no heap is quicker. The events themselves, which are large, stay where they
/// are put; only moments and places move about.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry {
        let at: WorldTime
        let place: Int
    }

    private var order: [Entry] = []
    private var events: [Event] = []
    /// The places in `events` whose event has happened.
    private var free: [Int] = []
    /// What lies in a place that is free.
    private let idle: Event

    /// The coarseness of its clock: every moment is put off to the next multiple of so many nanoseconds.
    private let grain: Int64

    /// An empty queue.
    /// - Parameter idle: any event; it never happens.
    init(idle: Event, grain: Int64 = 1) {
        self.idle = idle
        self.grain = grain
    }

    mutating func push(_ event: consuming Event, at moment: WorldTime) {
        guard let place = free.popLast() else {
            events.append(event)
            return insert(events.count - 1, at: moment)
        }
        events[place] = event
        insert(place, at: moment)
    }

    private mutating func insert(_ place: Int, at moment: WorldTime) {
        let entry = Entry(at: grain == 1 ? moment : moment.roundedUp(to: grain), place: place)
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle].at <= entry.at { high = middle } else { low = middle + 1 }
        }
        order.insert(entry, at: low)
    }

    /// When the next happens; nil if nothing is to happen.
    var next: WorldTime? { order.last?.at }

    /// Takes out the next to happen; there must be one.
    mutating func take() -> Event {
        let place = order.removeLast().place
        free.append(place)
        var event = idle
        swap(&event, &events[place])
        return event
    }

    /// The next to happen, and when.
    var first: (at: WorldTime, event: Event)? { order.last.map { ($0.at, events[$0.place]) } }

    /// All that is to happen, in no particular order.
    var pending: [(at: WorldTime, event: Event)] { order.map { ($0.at, events[$0.place]) } }

    /// Takes out all that is to happen at the earliest moment, in the order of scheduling.
    mutating func takeMoment() -> [Event] {
        guard let moment = next else { return [] }
        var taken: [Event] = []
        while next == moment { taken.append(take()) }
        return taken
    }

    /// Puts off whatever is meant.
    mutating func postpone(by seconds: Double, where isMeant: (Event) -> Bool) {
        let all = order.reversed()
        order = []
        for entry in all { insert(entry.place, at: isMeant(events[entry.place]) ? entry.at + seconds : entry.at) }
    }
}
