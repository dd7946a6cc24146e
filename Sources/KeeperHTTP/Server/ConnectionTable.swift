internal import NIOCore

/// The callers' open connections: what each is doing since when, and which of them must go.
///
/// Promises: at most `most` stay open as long as one of them waits for its caller; the one that waits longest goes
/// first. A caller that sends its request drop by drop waits from its first byte on, so it cannot put that off.
struct ConnectionTable {
    /// What a connection is doing.
    enum Phase: Equatable {
        /// Nothing is asked. Can transition to: `head`, when a byte comes.
        case quiet
        /// A request has begun, and its head is not complete. Can transition to: `body`, when it is.
        case head
        /// The head is complete, the body is not. Can transition to: `answering`, when it is; `sending`.
        case body
        /// We owe an answer; how long that may take is the endpoint's to say. Can transition to: `sending`.
        case answering
        /// The answer has begun and the caller has not taken all of it. Can transition to: `quiet`; `answering` or
        /// `body`, when the next request was sent ahead.
        case sending

        /// For how long it may last; nil where something else limits it.
        var limit: TimeAmount? {
            switch self {
            case .quiet: ConnectionTable.longestQuiet
            case .answering: nil
            case .head: .seconds(10)
            case .body, .sending: .seconds(30)
            }
        }

        /// Whether it is the caller that has to go on, with a request that nobody works for yet.
        var canBeLetGo: Bool { self == .quiet || self == .head }
    }

    private struct Entry {
        var phase: Phase
        var since: NIODeadline
        /// Since when it can be let go, as a place in the queue; nil if it cannot.
        var turn: Int?
    }

    /// A connection on which nothing is asked for so long is closed.
    static let longestQuiet: TimeAmount = .seconds(75)

    let most: Int
    private var entries: [Int: Entry] = [:]
    /// Those that can be let go, the longest idle first; entries whose turn is another are out of date.
    private(set) var queue = CircularBuffer<(number: Int, turn: Int)>()
    private var lastTurn = 0

    init(most: Int) { self.most = most }

    mutating func open(_ number: Int, at now: NIODeadline) {
        entries[number] = Entry(phase: .quiet, since: now)
        queueUp(number)
    }

    mutating func close(_ number: Int) { entries[number] = nil }

    mutating func enter(_ phase: Phase, _ number: Int, at now: NIODeadline) {
        guard let old = entries[number]?.phase, old != phase else { return }
        entries[number]?.phase = phase
        entries[number]?.since = now
        if !phase.canBeLetGo {
            entries[number]?.turn = nil
        } else if !old.canBeLetGo {
            queueUp(number)
        }
    }

    /// A quiet connection was used, and is quiet again.
    mutating func use(_ number: Int, at now: NIODeadline) {
        guard entries[number]?.phase == .quiet else { return }
        entries[number]?.since = now
        queueUp(number)
    }

    /// One connection that goes so that another finds room; nil if there is room, or none can go.
    /// - Parameter wasUsed: whether a quiet one was used since this was last asked.
    mutating func makeRoom(at now: NIODeadline, wasUsed: (Int) -> Bool) -> Int? {
        guard entries.count > most else { return nil }
        while let first = queue.popFirst() {
            guard entries[first.number]?.turn == first.turn else { continue }
            guard !wasUsed(first.number) else {
                use(first.number, at: now)
                continue
            }
            close(first.number)
            return first.number
        }
        return nil
    }

    /// The connections whose time is over; they go.
    ///
    /// Returns those whose callers have been too slow, and those on which nothing was asked.
    mutating func overdue(at now: NIODeadline) -> (slow: [Int], quiet: [Int]) {
        let overdue = entries.filter { _, entry in entry.phase.limit.map { now - entry.since > $0 } ?? false }
        for number in overdue.keys { close(number) }
        let quiet = overdue.filter { $0.value.phase == .quiet }.map(\.key)
        return (overdue.filter { $0.value.phase != .quiet }.map(\.key), quiet)
    }

    private mutating func queueUp(_ number: Int) {
        lastTurn += 1
        entries[number]?.turn = lastTurn
        queue.append((number, lastTurn))
        // What is out of date goes before it is more than what is not.
        guard queue.count > 2 * entries.count + 64 else { return }
        queue = CircularBuffer(queue.filter { entries[$0.number]?.turn == $0.turn })
    }
}
