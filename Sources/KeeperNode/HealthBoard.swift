internal import KeeperCore
internal import Synchronization

/// What health checks look at: no actor, no event, one short lock.
final class HealthBoard: Sendable {
    private let facts: Mutex<HealthFacts>

    init(_ facts: HealthFacts) { self.facts = Mutex(facts) }

    /// Called after every event.
    func turned(_ next: HealthFacts) {
        // What only the facts before held is given back once the lock is.
        _ = facts.withLock { facts in
            defer { facts = next }
            return facts
        }
    }

    func health(at now: Instant) -> NodeHealth { facts.withLock { $0 }.health(at: now) }

    func role(at now: Instant) -> NodeHealth.Role { facts.withLock { $0.role(at: now) } }

    func idleTime(at now: Instant) -> Duration { facts.withLock { $0.idleTime(at: now) } }
}
