internal import KeeperCore
internal import KeeperPorts
internal import Synchronization

/// What the read path looks at: no actor, no event, one short lock.
final class ReadTable: Sendable {
    private struct Content {
        var served: [AppID: ServedCredential?]
        /// Whose token it is, of the current ones and of those before them.
        var owners: [Token: AppID] = [:]
        /// The token before the current one, and until when it counts.
        var former: [AppID: (token: Token, until: Instant)] = [:]
        var confirmedAt: Instant?
        var lastTurn: Instant
        var gate = LeaseGate.closed
    }

    private let content: Mutex<Content>
    private let overlap: Duration

    /// A table that knows its apps and no token yet.
    /// - Parameter overlap: how long a token lives on after the next was issued.
    init(apps: [AppID], overlap: Duration) {
        self.overlap = overlap
        let empty = apps.map { ($0, ServedCredential?.none) }
        content = Mutex(
            Content(served: Dictionary(empty, uniquingKeysWith: { first, _ in first }), lastTurn: .origin))
    }

    func serve(_ app: AppID, _ credential: ServedCredential?, at now: Instant) {
        content.withLock { content in
            let before = content.served.updateValue(credential, forKey: app) ?? nil
            let (old, new) = (before?.credential.token, credential?.credential.token)
            guard old != new, !app.isTicket else { return }
            if let forgotten = content.former.removeValue(forKey: app)?.token { content.owners[forgotten] = nil }
            if let old { content.former[app] = (old, now + overlap) }
            if let new { content.owners[new] = app }
        }
    }

    func owner(of token: Token, at now: Instant) -> AppID? {
        content.withLock { content in
            guard let app = content.owners[token] else { return nil }
            if let former = content.former[app], former.token == token { return now < former.until ? app : nil }
            return content.served[app]??.expiresIn(at: now) == nil ? nil : app
        }
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
