/// What is to happen, earliest first, and at one moment in the order of scheduling.
///
/// A list through an array: each event stays in its place and names the place of the next. Most things are scheduled for
/// the next few milliseconds, close to the head, and a world has few things to come: no heap is quicker.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Place {
        var event: Event
        var at: WorldTime
        /// The place of what happens next, or of the next that is free; -1: none.
        var next: Int
    }

    private var places: [Place] = []
    /// The place of the next to happen; -1: nothing is to happen.
    private var head = -1
    /// The first place without an event; -1: every one holds one.
    private var free = -1
    /// What lies in a place without an event.
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
        let place = free
        guard place >= 0 else {
            places.append(Place(event: event, at: moment, next: -1))
            return link(places.count - 1, at: moment)
        }
        free = places[place].next
        places[place].event = event
        link(place, at: moment)
    }

    private mutating func link(_ place: Int, at moment: WorldTime) {
        let at = grain == 1 ? moment : moment.roundedUp(to: grain)
        var before = -1
        var after = head
        while after >= 0, places[after].at <= at { (before, after) = (after, places[after].next) }
        places[place].at = at
        places[place].next = after
        if before < 0 { head = place } else { places[before].next = place }
    }

    /// When the next happens; nil if nothing is to happen.
    var next: WorldTime? { head < 0 ? nil : places[head].at }

    /// Takes out the next to happen; there must be one.
    mutating func take() -> Event {
        let place = head
        head = places[place].next
        places[place].next = free
        free = place
        var event = idle
        swap(&event, &places[place].event)
        return event
    }

    /// The next to happen, and when.
    var first: (at: WorldTime, event: Event)? { head < 0 ? nil : (places[head].at, places[head].event) }

    /// All that is to happen, earliest first.
    var pending: [(at: WorldTime, event: Event)] {
        inOrder.map { (places[$0].at, places[$0].event) }
    }

    private var inOrder: [Int] {
        var order: [Int] = []
        var place = head
        while place >= 0 {
            order.append(place)
            place = places[place].next
        }
        return order
    }

    /// Takes out all that is to happen at the earliest moment, in the order of scheduling.
    mutating func takeMoment() -> [Event] {
        guard let moment = next else { return [] }
        var events: [Event] = []
        while next == moment { events.append(take()) }
        return events
    }

    /// Puts off whatever is meant.
    mutating func postpone(by seconds: Double, where isMeant: (Event) -> Bool) {
        let all = inOrder
        head = -1
        for place in all {
            let at = places[place].at
            link(place, at: isMeant(places[place].event) ? at + seconds : at)
        }
    }
}
