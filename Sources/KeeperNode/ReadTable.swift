internal import KeeperCore
internal import KeeperPorts
internal import Synchronization

/// What the read path looks at: no actor, no event, one short lock.
final class ReadTable: Sendable {
    private struct Content {
        var served: [AppID: ServedCredential?]
        var confirmedAt: Instant?
        var lastTurn: Instant
        var gate = LeaseGate.closed
    }

    private let content: Mutex<Content>

    /// A table that knows its apps and no token yet.
    init(apps: [AppID]) {
        let empty = apps.map { ($0, ServedCredential?.none) }
        content = Mutex(
            Content(served: Dictionary(empty, uniquingKeysWith: { first, _ in first }), lastTurn: .origin))
    }

    func serve(_ app: AppID, _ credential: ServedCredential?) {
        content.withLock { $0.served[app] = .some(credential) }
    }

    /// Called after every event.
    func turned(at now: Instant, confirmedAt: Instant?, gate: LeaseGate) {
        content.withLock { content in
            content.confirmedAt = confirmedAt
            content.lastTurn = now
            content.gate = gate
        }
    }

    func read(_ app: AppID, at now: Instant) -> TokenReading {
        let (entry, confirmedAt) = content.withLock { ($0.served[app], $0.confirmedAt) }
        guard let entry else { return .unknownApp }
        guard let served = entry, let expiresIn = served.expiresIn(at: now) else { return .none }
        let isBehind = confirmedAt.map { now - $0 > NodeSettings.staleAfter } ?? true
        return .token(served, expiresIn: expiresIn, isStale: isBehind || served.isDoubtful(at: now))
    }

    func idleTime(at now: Instant) -> Duration { content.withLock { now - $0.lastTurn } }

    func allows(_ permit: CallPermit, at now: Instant) -> Bool { content.withLock { $0.gate }.allows(permit, at: now) }
}
