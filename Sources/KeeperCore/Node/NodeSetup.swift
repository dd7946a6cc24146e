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

// In place these read a field; as calls they would be handed a copy of the whole node.
extension NodeCore {
    @inline(__always)
    var holder: LeaseHolder { setup.holder }
    @inline(__always)
    var settings: NodeSettings { setup.settings }
    @inline(__always)
    var rules: Rules { setup.rules }
    @inline(__always)
    var fingerprint: @Sendable (Token) -> Fingerprint { setup.fingerprint }
}
