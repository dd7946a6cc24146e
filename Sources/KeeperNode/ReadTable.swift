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
        /// Whether somebody has read since this confirmation was too old, or missing.
        var wasCalledStale = false
        var gate = LeaseGate.closed
        var isDraining = false
        /// Apps whose token is another one since somebody last asked.
        var changed: Set<AppID> = []

        /// - Parameter until: how long the old token counts.
        mutating func note(_ app: AppID, from old: Token?, to new: Token?, until: Instant) {
            guard old != new else { return }
            if let forgotten = former.removeValue(forKey: app)?.token { owners[forgotten] = nil }
            if let old { former[app] = (old, until) }
            if let new { owners[new] = app }
        }
    }

    /// A value when a token or the term has changed; those that nobody has taken yet melt into one.
    ///
    /// For one reader.
    let news: AsyncStream<Void>

    private let bell: AsyncStream<Void>.Continuation
    private let content: Mutex<Content>
    /// Changes after the content has, whenever a reading is another for another reason than the time.
    private let changes = Atomic<UInt64>(0)
    private let overlap: Duration

    /// A table that knows its apps and no token yet.
    /// - Parameter overlap: how long a token lives on after the next was issued.
    init(apps: [AppID], overlap: Duration) {
        self.overlap = overlap
        (news, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let empty = apps.map { ($0, ServedCredential?.none) }
        content = Mutex(Content(served: Dictionary(empty, uniquingKeysWith: { first, _ in first })))
    }

    func serve(_ app: AppID, _ credential: ServedCredential?, at now: Instant) {
        let isNews = content.withLock { content in
            // An app that was dropped a moment ago may still be on its way here.
            guard let before = content.served[app] else { return false }
            content.served[app] = .some(credential)
            if before != credential { changes.add(1, ordering: .releasing) }
            guard !app.isTicket else { return false }
            guard before?.credential != credential?.credential else { return false }
            content.note(app, from: before?.credential.token, to: credential?.credential.token, until: now + overlap)
            content.changed.insert(app)
            return true
        }
        if isNews { bell.yield() }
    }

    /// Knows these apps from now on and no other.
    func keep(_ apps: [AppID]) {
        content.withLock { content in
            let kept = Set(apps)
            for app in content.served.keys where !kept.contains(app) {
                let token = content.served.removeValue(forKey: app)??.credential.token
                for token in [token, content.former.removeValue(forKey: app)?.token] {
                    if let token { content.owners[token] = nil }
                }
                content.changed.remove(app)
            }
            for app in apps where content.served[app] == nil { content.served[app] = .some(nil) }
            changes.add(1, ordering: .releasing)
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
    func turned(at now: Instant, confirmedAt: Instant?, gate: LeaseGate, isDraining: Bool) {
        let isNews = content.withLock { content in
            let term = content.gate.term(at: now)
            // One that was confirmed later before has been promised for longer.
            let isEarlier = content.confirmedAt.map { before in confirmedAt.map { $0 < before } ?? true } ?? false
            // Not judged by the time: a caller's may be later than that of a turn under way.
            let isFresher = content.wasCalledStale && content.confirmedAt != confirmedAt
            let isOther = content.isDraining != isDraining || isEarlier || isFresher
            if content.confirmedAt != confirmedAt { content.wasCalledStale = false }
            content.confirmedAt = confirmedAt
            content.gate = gate
            content.isDraining = isDraining
            if isOther { changes.add(1, ordering: .releasing) }
            return term != gate.term(at: now)
        }
        if isNews { bell.yield() }
    }

    /// The apps whose token has changed since this was last called.
    func takeChanged() -> Set<AppID> {
        content.withLock { content in
            defer { content.changed = [] }
            return content.changed
        }
    }

    func term(at now: Instant) -> Epoch? { content.withLock { $0.gate }.term(at: now) }

    /// The token served for an app, while it lives.
    func credential(of app: AppID, at now: Instant) -> Credential? {
        let served = content.withLock { $0.served[app] ?? nil }
        return served.flatMap { now < $0.credential.expiresAt ? $0.credential : nil }
    }

    /// What may be handed out, and until when that stays so by itself.
    func lastingRead(_ app: AppID, at now: Instant) -> (reading: TokenReading, until: Instant) {
        let (entry, confirmedAt, isBehind) = content.withLock { content in
            let isBehind = content.confirmedAt.map { now - $0 > NodeSettings.staleAfter } ?? true
            if isBehind { content.wasCalledStale = true }
            return (content.served[app], content.confirmedAt, isBehind)
        }
        guard let entry else { return (.unknownApp, now) }
        guard let served = entry, let expiresIn = served.expiresIn(at: now) else { return (.none, now) }
        var until = served.steady(at: now)
        if let confirmedAt, !isBehind { until = min(until, confirmedAt + NodeSettings.staleAfter) }
        return (.token(served, expiresIn: expiresIn, isStale: isBehind || served.isUncertain(at: now)), until)
    }

    /// Another number as soon as a reading is another though its time has not come, or the node drains.
    var generation: UInt64 { changes.load(ordering: .acquiring) }

    var isDraining: Bool { content.withLock { $0.isDraining } }

    func allows(_ permit: CallPermit, at now: Instant) -> Bool { content.withLock { $0.gate }.allows(permit, at: now) }
}
