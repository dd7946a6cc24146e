/// What is to happen, earliest first, and at one moment in the order of scheduling.
///
/// An array in order, the next to happen last, where it is taken out without a copy. Most things are scheduled for the
/// next few milliseconds, close to that end, and a world has few things to come: no heap is quicker.
struct EventQueue<Event: Sendable>: Sendable {
    private var entries: [(at: WorldTime, event: Event)] = []

    /// The coarseness of its clock: every moment is put off to the next multiple of so many nanoseconds.
    private let grain: Int64

    init(grain: Int64 = 1) { self.grain = grain }

    mutating func push(_ event: consuming Event, at moment: WorldTime) {
        let at = grain == 1 ? moment : moment.roundedUp(to: grain)
        var index = entries.count
        while index > 0, entries[index - 1].at <= at { index -= 1 }
        entries.insert((at, event), at: index)
    }

    mutating func pop() -> (at: WorldTime, event: Event)? { entries.popLast() }

    /// The next to happen, and when.
    var first: (at: WorldTime, event: Event)? { entries.last }

    /// All that is to happen, in no particular order.
    var pending: [(at: WorldTime, event: Event)] { entries }

    /// Takes out all that is to happen at the earliest moment, in the order of scheduling.
    mutating func popMoment() -> [Event] {
        guard let moment = first?.at else { return [] }
        var events: [Event] = []
        while first?.at == moment, let (_, event) = pop() { events.append(event) }
        return events
    }

    /// Puts off whatever is meant.
    mutating func postpone(by seconds: Double, where isMeant: (Event) -> Bool) {
        let all = entries.reversed()
        entries = []
        for (at, event) in all { push(event, at: isMeant(event) ? at + seconds : at) }
    }
}
