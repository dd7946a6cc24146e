internal import KeeperCore
internal import KeeperPorts

/// Decides which alarms are told when; the `AlarmTeller` tells them.
///
/// Each is told when it is raised, again every `reminder` while it lasts, and once when it is over. What passes by
/// itself within `patience` is not told. Of one kind messages come ever more slowly while there is always more, so that
/// an outage of WeChat that reaches ten thousand apps one by one fills no chat, and hides no alarm of another kind.
struct AlarmBook: Sendable {
    /// A takeover, a restart of Redis or one bad minute of WeChat's is over by then; and so long an alarm must be gone
    /// before it counts as over.
    static let patience: Duration = .seconds(60)
    /// What is gone for less than this was there all the time: a Redis that answers every other command is in trouble.
    static let forgiveness: Duration = .seconds(15)
    static let reminder: Duration = .seconds(3600)
    /// The least time between two messages, whatever they tell.
    ///
    /// Robots take twenty a minute.
    static let shortestPause: Duration = .seconds(10)
    /// How long one kind of alarm waits at most for the next message about it.
    static let longestPause: Duration = .seconds(600)
    /// How soon a message that did not arrive is tried again.
    static let retryPause: Duration = .seconds(30)
    /// Alarms in one message.
    static let mostAtOnce = 10

    private struct Entry {
        var alarm: Alarm
        var since: Instant
        var lastSeen: Instant
        var toldAt: Instant?
        /// WeChat's code when it was last told.
        var toldCode: Int?
        /// Whether it may have been told: then its end is.
        var wasTried = false

        /// Whether its end must be told.
        var isOwed: Bool { toldAt != nil || wasTried }

        /// To be told as if it were new.
        mutating func renew() { (wasTried, toldAt) = (isOwed, nil) }
    }

    /// How often there may be a message about one kind of alarm.
    private struct Pace {
        private var pause = AlarmBook.shortestPause
        private var last: Instant?

        func isOpen(at now: Instant) -> Bool { last.map { now - $0 >= pause } ?? true }

        mutating func note(at now: Instant) {
            // As long as there is always more to tell, a message follows each pause at once.
            let wasQuiet = last.map { now - $0 >= pause * 2 + AlarmBook.patience } ?? true
            pause = wasQuiet ? AlarmBook.shortestPause : min(pause * 2, AlarmBook.longestPause)
            last = now
        }
    }

    private var entries: [Alarm.ID: Entry] = [:]
    /// Of what was raised, by its kind.
    private var paces: [Alarm.Kind: Pace] = [:]
    /// Of what lasts and of what is over.
    private var echoPace = Pace()
    private var notBefore = Instant.origin
    /// The term last led.
    private var term: Epoch?

    /// What is to be told now; nil if there is nothing, or it is too early.
    ///
    /// Whoever asks tells it and says how that went, before asking again.
    mutating func report(on current: NodeAlarms, at now: Instant) -> AlarmReport? {
        if let next = current.term, next != term {
            // Others may have led meanwhile: what is wrong with the apps is told anew, and nothing of what was.
            term = next
            entries = entries.filter { $0.key.app == nil }
        }
        for alarm in current.alarms { see(alarm, at: now) }
        for (id, entry) in entries where entry.lastSeen < now && current.judges(id) { pass(id, entry, at: now) }
        guard notBefore <= now else { return nil }
        return report(on: entries.filter { current.judges($0.key) }, at: now)
    }

    private mutating func see(_ alarm: Alarm, at now: Instant) {
        var entry = entries[alarm.id] ?? Entry(alarm: alarm, since: now, lastSeen: now)
        // Another code of WeChat's asks for another hand. -1 is its way to say that it is busy.
        if entry.toldAt != nil, let code = alarm.errcode, code > 0, code != entry.toldCode { entry.renew() }
        (entry.alarm, entry.lastSeen) = (alarm, now)
        entries[alarm.id] = entry
    }

    /// Forgets what has passed and nobody was told, or goes on under another name, which then owes its end.
    private mutating func pass(_ id: Alarm.ID, _ entry: Entry, at now: Instant) {
        if let other = id.counterpart, entries[other]?.lastSeen == now {
            if entry.isOwed { entries[other]?.wasTried = true }
            entries[id] = nil
        } else if !entry.isOwed, now - entry.lastSeen >= Self.forgiveness {
            entries[id] = nil
        }
    }

    private func report(on entries: [Alarm.ID: Entry], at now: Instant) -> AlarmReport? {
        var due: (raised: [Alarm], lasting: [Alarm], cleared: [Alarm]) = ([], [], [])
        for (id, entry) in entries {
            if now - entry.lastSeen >= Self.patience {
                due.cleared.append(entry.alarm)
            } else if entry.lastSeen < now {
                continue
            } else if let told = entry.toldAt {
                if now - told >= Self.reminder { due.lasting.append(entry.alarm) }
            } else if now - entry.since >= id.kind.patience {
                due.raised.append(entry.alarm)
            }
        }
        var room = Self.mostAtOnce
        func take(_ alarms: [Alarm], where isOpen: (Alarm) -> Bool) -> [Alarm] {
            let taken = alarms.filter(isOpen).sorted { $0.id < $1.id }.prefix(room)
            room -= taken.count
            return Array(taken)
        }
        var report = AlarmReport()
        report.raised = take(due.raised) { paces[$0.kind]?.isOpen(at: now) ?? true }
        // An end is told once, a reminder may wait.
        report.cleared = take(due.cleared) { _ in echoPace.isOpen(at: now) }
        report.lasting = take(due.lasting) { _ in echoPace.isOpen(at: now) }
        report.more = due.raised.count + due.lasting.count + due.cleared.count - (Self.mostAtOnce - room)
        return room < Self.mostAtOnce ? report : nil
    }

    /// It was told.
    mutating func told(_ report: AlarmReport, at now: Instant) {
        for alarm in report.raised + report.lasting {
            entries[alarm.id]?.toldAt = now
            entries[alarm.id]?.toldCode = alarm.errcode
        }
        for alarm in report.cleared { entries[alarm.id] = nil }
        for kind in Set(report.raised.map(\.kind)) { paces[kind, default: Pace()].note(at: now) }
        if !(report.lasting + report.cleared).isEmpty { echoPace.note(at: now) }
        notBefore = now + Self.shortestPause
    }

    /// It was not told, or nobody knows; then it is told again, and its end is told though it may be all that arrives.
    mutating func failed(_ report: AlarmReport, at now: Instant) {
        for alarm in report.raised { entries[alarm.id]?.wasTried = true }
        // Perhaps its end was heard: then it must be raised if it comes back.
        for alarm in report.cleared { entries[alarm.id]?.renew() }
        notBefore = now + Self.retryPause
    }
}

extension NodeAlarms {
    /// Whether an alarm that is not among these is over.
    ///
    /// Between two leases nobody knows how the apps are, a ticket waits for its app's token, and who does not see the
    /// store does not know who leads.
    fileprivate func judges(_ id: Alarm.ID) -> Bool {
        guard let app = id.app else {
            return id.kind != .noLeader || !alarms.contains { [.storeUnreachable, .storeRefuses].contains($0.kind) }
        }
        return term != nil && !covered.contains(app)
    }
}

extension Alarm.ID {
    /// What a failure to fetch may turn into, and back.
    fileprivate var counterpart: Alarm.ID? {
        switch kind {
        case .stopped: Alarm.ID(app: app, kind: .failing)
        case .failing: Alarm.ID(app: app, kind: .stopped)
        case .storeUnreachable: Alarm.ID(app: app, kind: .storeRefuses)
        case .storeRefuses: Alarm.ID(app: app, kind: .storeUnreachable)
        case .notReady, .noLeader, .noToken, .externalRotation, .wrongAddress, .appsDiffer: nil
        }
    }
}

extension Alarm.Kind {
    /// How long it must last before it is told.
    fileprivate var patience: Duration {
        switch self {
        // They do not pass by themselves.
        case .stopped, .externalRotation: .zero
        case .noToken, .failing, .noLeader, .storeUnreachable, .storeRefuses, .notReady, .wrongAddress, .appsDiffer:
            AlarmBook.patience
        }
    }
}
