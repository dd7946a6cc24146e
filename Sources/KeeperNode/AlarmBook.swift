internal import KeeperCore
internal import KeeperPorts

/// Decides which alarms are told when; the `AlarmTeller` tells them.
///
/// Each is told once when it is raised, again every `reminder` while it lasts, and once when it is over. What passes
/// by itself within `patience` is not told. Messages that follow one another come ever more slowly, so that an outage
/// of WeChat that reaches ten thousand apps one by one fills no chat.
struct AlarmBook: Sendable {
    /// A takeover, a restart of Redis or one bad minute of WeChat's is over by then.
    static let patience: Duration = .seconds(60)
    static let reminder: Duration = .seconds(3600)
    /// The least time between two messages, and what it grows to while there is always more to tell. Robots of WeCom
    /// and DingTalk take twenty messages a minute.
    static let shortestPause: Duration = .seconds(10)
    static let longestPause: Duration = .seconds(600)

    private struct Entry {
        var alarm: Alarm
        let since: Instant
        var toldAt: Instant?
    }

    private var entries: [Alarm.ID: Entry] = [:]
    /// The term last led.
    private var term: Epoch?
    private var pause = Self.shortestPause
    private var lastTried: Instant?

    /// What is to be told now; nil if there is nothing, or it is too early. Whoever asks tells it and says how that
    /// went, before asking again.
    mutating func report(on current: NodeAlarms, at now: Instant) -> AlarmReport? {
        if let next = current.term, next != term {
            // Others have led meanwhile: what is wrong with the apps is told anew, and of what was nothing is known.
            term = next
            entries = entries.filter { $0.key.app == nil }
        }
        for alarm in current.alarms { entries[alarm.id, default: Entry(alarm: alarm, since: now)].alarm = alarm }
        // Between two leases nobody knows how the apps are.
        func isKnown(_ id: Alarm.ID) -> Bool { id.app == nil || current.term != nil }
        let lasting = Set(current.alarms.map(\.id))
        // What was never told and has passed.
        entries = entries.filter { $0.value.toldAt != nil || lasting.contains($0.key) || !isKnown($0.key) }
        if let lastTried, now - lastTried < pause { return nil }

        var report = AlarmReport()
        for (id, entry) in entries.sorted(by: { $0.key < $1.key }) where isKnown(id) {
            guard lasting.contains(id) else {
                report.cleared.append(entry.alarm)
                continue
            }
            if let told = entry.toldAt {
                if now - told >= Self.reminder { report.lasting.append(entry.alarm) }
            } else if now - entry.since >= Self.patience(id.kind) {
                report.raised.append(entry.alarm)
            }
        }
        return report.isEmpty ? nil : report
    }

    /// It was told.
    mutating func told(_ report: AlarmReport, at now: Instant) {
        for alarm in report.raised + report.lasting { entries[alarm.id]?.toldAt = now }
        for alarm in report.cleared { entries[alarm.id] = nil }
        slowDown(at: now)
    }

    /// It was not told, or nobody knows; then it is told again.
    mutating func failed(at now: Instant) { slowDown(at: now) }

    private mutating func slowDown(at now: Instant) {
        let isQuiet = lastTried.map { now - $0 >= pause + Self.longestPause } ?? true
        pause = isQuiet ? Self.shortestPause : min(pause * 2, Self.longestPause)
        lastTried = now
    }

    private static func patience(_ kind: Alarm.Kind) -> Duration {
        switch kind {
        // Neither passes by itself.
        case .stopped, .overwritten: .zero
        case .noToken, .failing, .noLeader, .storeUnreachable, .notReady: patience
        }
    }
}
