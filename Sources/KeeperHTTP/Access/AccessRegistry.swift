internal import Synchronization

/// Who may ask, and what about.
///
/// Both change together when the configuration is read again.
public final class AccessRegistry: Sendable {
    /// The clients and apps of one moment.
    struct Entries: Sendable {
        var clients: ClientDirectory
        var apps: KnownApps
    }

    private let current: Mutex<Entries>
    private let changes = Atomic<UInt64>(0)

    /// A registry of these clients and apps.
    public init(clients: ClientDirectory, apps: KnownApps) {
        current = Mutex(Entries(clients: clients, apps: apps))
    }

    /// Both as they are now.
    ///
    /// Code that needs them twice for one answer takes them once.
    var entries: Entries { current.withLock { $0 } }

    /// Another number after each `replace`; one who keeps what follows from the entries takes this first.
    var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// Puts others in their place, from the next request on.
    public func replace(clients: ClientDirectory, apps: KnownApps) {
        current.withLock { $0 = Entries(clients: clients, apps: apps) }
        changes.add(1, ordering: .releasing)
    }
}
