/// What a node is given at its start, and does not find out by itself.
struct NodeSetup: Sendable {
    /// Who this process is; it never changes.
    let holder: LeaseHolder
    /// A keyed hash, the same on every node.
    let fingerprint: @Sendable (Token) -> Fingerprint
    let rules: Rules
    /// But for the apps they never change.
    private(set) var settings: NodeSettings
    /// When the process was up; the origin until it is.
    private(set) var startedAt = Instant.origin

    init(
        holder: LeaseHolder, settings: NodeSettings, rules: Rules,
        fingerprint: @escaping @Sendable (Token) -> Fingerprint
    ) {
        self.holder = holder
        self.settings = settings
        self.rules = rules
        self.fingerprint = fingerprint
    }

    /// The process is up.
    mutating func start(at now: Instant) { startedAt = now }

    /// Another list of apps is to be kept.
    mutating func keep(_ apps: [AppSettings]) { settings.apps = apps }
}
