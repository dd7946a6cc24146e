internal import KeeperCore

/// The Redis with our scripts: the semantics of `LeaseCommand` and `CredentialCommand` as Swift functions.
///
/// One command runs at one instant, as one script does. The clock is the server's own and may do anything; a wipe or a
/// restart may come at any time. Replication is not modelled: there is one history (assumption A2).
struct RedisModel: Sendable {
    /// Everything that a wipe loses and a restart from disk may roll back.
    struct Contents: Hashable, Sendable {
        var store: String?
        /// The number of the format; written with the store's name.
        var format: Int?
        var event: UInt64 = 0
        var lease: LeaseRecord?
        /// Under which start of the server `lease` was granted.
        var leaseRun: String?
        var lock: Lock?
        var pausedUntil: Int64?
        var members: [MemberEntry] = []
        var credentials: [StoredCredential] = []
        /// What somebody has spoiled: it counts as lost, and is named until it is written anew.
        var spoiled: [Spoilage] = []
    }

    struct Lock: Hashable, Sendable {
        var owner: Incarnation
        var expiresAt: Int64
    }

    struct MemberEntry: Hashable, Sendable {
        var member: Member
        var expiresAt: Int64
    }

    /// What a term is known by outside the store: the same incarnation never gets one epoch twice.
    private struct TermKey: Hashable, Sendable {
        let epoch: Epoch
        let incarnation: Incarnation
    }

    var contents = Contents()
    /// The server's clock.
    var clock = StoreClock()
    /// The server's identity, new at each of its starts.
    private(set) var run: String
    /// Those of the store's own rules that are in force.
    let rules: Rules
    /// What the commands so far have shown.
    var sightings = Sightings()
    /// Whether a command has published a hint since this was last cleared.
    var hasHint = false
    /// How many states of the recent past are kept for a restart that rolls back.
    var keepsHistory = false
    /// Whether a hash over those states is kept, for a search.
    var hashesPast = false
    private(set) var pastHash = 0

    /// At least so many states of the past are kept, 0.2 s or more apart: more than a restart rolls back.
    private static let longestHistory = 40

    private var random: SplitMix64
    private var history: [(at: WorldTime, contents: Contents)] = []
    /// When the last state of the past was kept.
    private var keptAt = WorldTime.never
    private var terms: [TermKey: Int] = [:]
    /// A term that a rollback has brought back to life; it counts as a new one from its first renewal on.
    private var revived: TermKey?
    private var grantedTwice: TermKey?
    private(set) var termCount = 0
    private var highestEpoch = Epoch.none
    /// Terms whose epoch was not greater than every earlier one's: possible only after a total loss.
    private(set) var repeatedEpochs = 0

    init(seed: UInt64, rules: Rules = .all) {
        self.rules = rules
        random = SplitMix64(seed: seed)
        run = "run-\(random.next() % 1_000_000)"
    }

    /// The record of an app, as it lies there.
    func stored(_ app: AppID) -> StoredCredential? { place(of: app).map { contents.credentials[$0] } }

    /// Where the record of an app lies; nil if there is none.
    func place(of app: AppID) -> Int? { contents.credentials.indices.first { contents.credentials[$0].app == app } }

    /// The world's number of a term: later terms have greater numbers whatever their epochs.
    func term(_ epoch: Epoch, of incarnation: Incarnation) -> Int? {
        terms[TermKey(epoch: epoch, incarnation: incarnation)]
    }

    // MARK: What happens to a server

    /// FLUSHALL, or a new disk.
    mutating func wipe() { contents = Contents() }

    /// Ends the server and starts it with its state as it was some seconds ago; 0 loses nothing.
    mutating func restart(rollingBackTo age: Double, at time: WorldTime) {
        run = "run-\(random.next() % 1_000_000)"
        guard age > 0, let past = history.last(where: { time - $0.at >= age }) else { return }
        let before = contents.lease
        contents = past.contents
        history.removeAll { time - $0.at < age }
        keptAt = history.last?.at ?? .never
        if let lease = contents.lease, lease.epoch != before?.epoch || lease.holder != before?.holder {
            revived = TermKey(epoch: lease.epoch, incarnation: lease.holder.incarnation)
        }
    }

    // MARK: What the scripts share

    /// Begins a command: keeps a state of the past now and then, drops what has expired, names the store.
    mutating func begin(at time: WorldTime) -> Int64 {
        if keepsHistory, time - keptAt > 0.2 {
            history.append((time, contents))
            keptAt = time
            if hashesPast {
                var hasher = Hasher()
                hasher.combine(pastHash)
                hasher.combine(time)
                hasher.combine(contents)
                pastHash = hasher.finalize()
            }
            if history.count > 2 * Self.longestHistory { history.removeFirst(Self.longestHistory) }
        }
        let now = clock.now(time)
        if let lock = contents.lock, now >= lock.expiresAt { contents.lock = nil }
        if contents.store == nil {
            contents.store = "store-\(random.next() % 1_000_000)"
            contents.format = StoreRefusal.knownFormat
        }
        return now
    }

    /// Counts the cluster's next event.
    mutating func nextEvent() -> UInt64 {
        hasHint = true
        contents.event += 1
        return contents.event
    }

    /// Whether the lease record names the caller and the epoch and is not released.
    func isLease(of holder: LeaseHolder, _ epoch: Epoch) -> Bool {
        guard let lease = contents.lease else { return false }
        return lease.epoch == epoch && lease.holder.incarnation == holder.incarnation && lease.release == nil
    }

    /// Whether the lock exists and names the caller.
    ///
    /// Expired locks were dropped when the command began.
    func isLock(of holder: LeaseHolder) -> Bool { contents.lock?.owner == holder.incarnation }

    /// Gives a new term its number.
    mutating func countTerm(_ epoch: Epoch, of holder: LeaseHolder) {
        termCount += 1
        if epoch <= highestEpoch { repeatedEpochs += 1 }
        highestEpoch = max(highestEpoch, epoch)
        let key = TermKey(epoch: epoch, incarnation: holder.incarnation)
        if terms[key] != nil { grantedTwice = key }
        terms[key] = termCount
    }

    /// Whether this term is the second under its number: its first grant was never heard of, and then forgotten.
    func isSecondGrant(_ epoch: Epoch, of holder: LeaseHolder) -> Bool {
        grantedTwice == TermKey(epoch: epoch, incarnation: holder.incarnation)
    }

    /// Gives a term that a rollback has revived a new number, once it is renewed.
    mutating func countRevival(_ epoch: Epoch, of holder: LeaseHolder) {
        guard let revived, revived == TermKey(epoch: epoch, incarnation: holder.incarnation) else { return }
        self.revived = nil
        termCount += 1
        terms[revived] = termCount
        sightings.count(.revivedTerm)
    }
}
