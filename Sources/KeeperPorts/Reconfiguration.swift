public import KeeperCore

/// Reads the configuration again, and takes over what may change while a node runs: apps and clients.
public protocol Reconfiguring: Sendable {
    /// A configuration with a mistake in it changes nothing.
    func reload() async throws(ReloadRefusal) -> Reload
}

/// What reading the configuration again has changed.
public struct Reload: Equatable, Sendable {
    /// Apps that are new.
    public var added: [AppID]
    /// Apps that are kept no more.
    public var removed: [AppID]
    /// Apps of which something is different now.
    public var changed: [AppID]
    /// How many apps there are now.
    public var appCount: Int
    /// How many clients there are now.
    public var clientCount: Int
    /// Sections that are different too, and will count when the node is started again.
    public var needsRestart: [String]

    /// Describes a change.
    public init(
        added: [AppID], removed: [AppID], changed: [AppID], appCount: Int, clientCount: Int, needsRestart: [String]
    ) {
        self.added = added
        self.removed = removed
        self.changed = changed
        self.appCount = appCount
        self.clientCount = clientCount
        self.needsRestart = needsRestart
    }
}

/// Why a configuration was not taken over.
public struct ReloadRefusal: Error, Equatable, Sendable {
    /// Every mistake, by key path, without a secret.
    public var problems: [String]

    /// Describes what is wrong.
    public init(problems: [String]) { self.problems = problems }
}
