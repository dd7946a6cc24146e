/// One node's mind: an `Elector` and a `Refresher` per app behind a single gate.
///
/// Decides only; the shell acts. Every input is a `NodeEvent` with the moment it happened, every output a
/// `NodeAction`. The shell calls `handle(.woke, at:)` when `nextWakeUp` has come; there are no other timers.
/// Nothing here iterates over a hashed collection, so that the same events tell the same story in every process.
public struct NodeCore: Sendable {
    let holder: LeaseHolder
    var settings: NodeSettings
    let fingerprint: @Sendable (Token) -> Fingerprint
    let rules: Rules

    var elector: Elector
    var sync: StoreSync
    var refreshers: [Refresher]
    /// Only looked up.
    var indexOfApp: [AppID: Int] = [:]
    /// Which tickets the token of an app brings.
    var ticketsOfApp: [Int: [Int]] = [:]
    var deadlines: DeadlineQueue
    var out = Outbox()

    /// When `NodeEvent.woke` is due next.
    public private(set) var nextWakeUp = Instant.origin
    /// What the last moment before a call to WeChat must be checked against.
    public private(set) var gate = LeaseGate.closed
    var startedAt = Instant.origin
    var lockIsHeld = false
    var situation = Situation()
    /// Which app a request on its way belongs to; only looked up.
    var appOfRequest: [RequestID: Int] = [:]
    var appOfWaiter: [WaiterID: Int] = [:]
    var slots: CallSlots
    var peers = PeerQuery()
    var neighbourhood = Neighbourhood()
    var recollection = Recollection()
    /// What `settings.apps` are, in one word.
    var appsDigest: AppsDigest
    var fitness: Fitness
    /// Whether an operator has paused takeovers, as of the last tick.
    var pauseEnds: Instant?
    /// Since when the lock was seen free; nil while it is held.
    var lockFreeSince: Instant?
    var departure = Departure.none
    var forgotten = Refresher.Forgotten()
    var random: SplitMix64

    /// How a node gives up its lease on purpose.
    enum Departure: Equatable, Sendable {
        /// It does not.
        case none
        /// Steps down when the calls in flight are over. Can transition to: `none`.
        case steppingDown(Succession)
        /// Shuts down when the calls in flight are over, or at the deadline. Can transition to: `releasing`.
        case leaving(deadline: Instant)
        /// The release is on its way. Can transition to: `left` when answered or at the deadline.
        case releasing(RequestID?, deadline: Instant)
        /// Everything is given up; reads go on. Can transition to: nothing.
        case left

        /// When it goes on whatever has been answered.
        var deadline: Instant? {
            switch self {
            case .none, .steppingDown, .left: nil
            case .leaving(let deadline), .releasing(_, let deadline): deadline
            }
        }
    }

    /// To whom, and for how long not to us.
    struct Succession: Equatable, Sendable {
        var successor: NodeName?
        var isForReach = false
        var keepsBackUntil: Instant?
    }

    /// Makes a node that has just started.
    /// - Parameters:
    ///   - seed: chance, for jitter.
    ///   - fingerprint: a keyed hash, the same on every node.
    public init(
        holder: LeaseHolder, settings: NodeSettings, seed: UInt64,
        fingerprint: @escaping @Sendable (Token) -> Fingerprint
    ) {
        self.init(holder: holder, settings: settings, seed: seed, rules: .all, fingerprint: fingerprint)
    }

    /// Makes a node with rules taken out, for a test that shows what they are good for.
    package init(
        holder: LeaseHolder, settings: NodeSettings, seed: UInt64, rules: Rules,
        fingerprint: @escaping @Sendable (Token) -> Fingerprint
    ) {
        self.holder = holder
        self.settings = settings
        self.fingerprint = fingerprint
        self.rules = rules
        appsDigest = AppsDigest(of: settings.apps)
        var random = SplitMix64(seed: seed)
        elector = Elector(holder: holder, timing: settings.timing, seed: random.next(), rules: rules)
        sync = StoreSync(period: settings.timing.tickPeriod, seed: random.next())
        fitness = Fitness(apps: settings.apps.count, seed: random.next())
        self.random = random
        refreshers = []
        deadlines = DeadlineQueue(count: settings.apps.count)
        slots = CallSlots(apps: settings.apps.count)
        let policy = RefreshPolicy(settings)
        // To the size: what doubling leaves behind is megabytes with ten thousand apps.
        refreshers.reserveCapacity(settings.apps.count)
        for app in settings.apps.sorted(by: { $0.id < $1.id }) { refreshers.append(refresher(of: app, policy)) }
        indexApps()
    }

    /// Whether everything the store holds was read once.
    public var hasReadStore: Bool { sync.hasReadAll }

    /// Who this node is.
    public var identity: LeaseHolder { holder }

    /// Takes one event and says what to do about it.
    public mutating func handle(_ event: NodeEvent, at now: Instant) -> [NodeAction] {
        switch event {
        case .started:
            startedAt = now
            fitness.begin(at: now)
        case .woke: break
        case .hinted: sync.hint(at: now)
        case .leaseReplied(let request, let reply): leaseReplied(request, reply, at: now)
        case .appReplied(let request, let reply): appReplied(request, reply, at: now)
        case .refreshAsked(let request): refreshAsked(request, at: now)
        case .waiterLeft(let waiter): waiterLeft(waiter)
        case .peersAnswered(let request, let states): peersAnswered(request, states, at: now)
        case .introduced(let request, let outcome): introduced(request, outcome, at: now)
        case .reached(let request, let isThere): fitness.reached(request, isThere, at: now)
        case .handoverAsked(let successor): stepDown(.init(successor: successor))
        case .leaveAsked: leaveAsked(at: now)
        case .configured(let apps): configure(apps, at: now)
        }
        settle(at: now)
        return out.drain()
    }
}

// MARK: After every event

extension NodeCore {
    /// Brings everything up to `now`: the lease, who may do what, the apps that are due, departure, ticks.
    private mutating func settle(at now: Instant) {
        elector.woke(at: now, into: &out)
        giveWayIfCutOff(at: now)
        depart(at: now)
        updateSituation(at: now)
        while let index = deadlines.pop(at: now) { step(index, at: now) }
        while let index = slots.nextInTurn(where: { refreshers[$0].isBlocked }) { step(index, at: now) }
        askPeersIfDue(at: now)
        checkReachIfDue(at: now)
        tickIfDue(at: now)
        gate = elector.gate
        let next = Instant.earlier(.earlier(sync.nextWakeUp, elector.nextWakeUp), deadlines.first)
        let others = Instant.earlier(.earlier(peers.nextWakeUp, fitness.nextWakeUp), departure.deadline)
        nextWakeUp = .earlier(next, others) ?? now + .seconds(1)
    }

    /// Who this node is to its apps right now; if that has changed, every app looks at it anew.
    mutating func updateSituation(at now: Instant) {
        var next = Situation()
        if departure == .none, let term = elector.term, now < term.validUntil {
            next.leadership = Situation.Leadership(
                epoch: term.epoch, granted: term.granted, quiet: term.quiet, validUntil: term.validUntil,
                hasReadAll: sync.hasReadAll, hasAskedPeers: peers.isAnswered(for: term.epoch),
                hasSlot: slots.hasFree)
        } else {
            // Also while it leaves: whoever still asks here is sent on to the next leader.
            next.leader = leaderHint
        }
        let isSame = next.matters(like: situation)
        situation = next
        guard !isSame else { return }
        for index in refreshers.indices { step(index, at: now) }
    }

    /// Lets one app do what is due and sees to what it demands of the node.
    mutating func step(_ index: Int, at now: Instant) {
        let mark = out.actions.count
        refreshers[index].step(situation, at: now, into: &out)
        settled(index, since: mark, at: now)
    }

    /// Books what an app has sent since `mark`, and when it wants to be looked at again.
    mutating func settled(_ index: Int, since mark: Int, at now: Instant) {
        var isServedAnew = false
        for action in out.actions[mark...] {
            switch action {
            case .credential(let id, _), .forward(let id, _): appOfRequest[id] = index
            case .call(let id, _, _, _), .probe(let id, _, _, _), .callForTicket(let id, _, _, _, _):
                appOfRequest[id] = index
            case .answer(let waiter, _): appOfWaiter[waiter] = nil
            case .serve: isServedAnew = true
            default: break
            }
        }
        slots.book(index, refreshers[index].callsWeChat)
        situation.leadership?.hasSlot = slots.hasFree
        let demands = refreshers[index].takeDemands()
        if demands.contains(.renewal) { elector.renewSoon(at: now, into: &out) }
        if demands.contains(.stepDown) { stepDown(.init()) }
        if demands.contains(.askPeers) { peers.want(for: situation.leadership?.epoch) }
        // Never in the past: whatever was due has just been done, and a slip here must not spin.
        let next = refreshers[index].chooseWakeUp(situation, at: now)
        deadlines.set(index, next.map { max($0, now + .milliseconds(1)) })
        if isServedAnew { handTokenToTickets(of: index, at: now) }
    }

    /// Tickets are fetched with the token that is served.
    private mutating func handTokenToTickets(of index: Int, at now: Instant) {
        guard let tickets = ticketsOfApp[index] else { return }
        for ticket in tickets {
            refreshers[ticket].ticket.ownersToken = refreshers[index].served?.credential.token
            step(ticket, at: now)
        }
    }

    /// Whether the process is ending.
    var isDraining: Bool {
        switch departure {
        case .none, .steppingDown: false
        case .leaving, .releasing, .left: true
        }
    }

    /// Whether an operator has paused takeovers.
    var isPaused: Bool { pauseEnds != nil }

    private mutating func stepDown(_ succession: Succession) {
        if elector.term != nil, departure == .none { departure = .steppingDown(succession) }
    }

    private mutating func tickIfDue(at now: Instant) {
        guard sync.isDue(at: now) else { return }
        let verify = elector.isLeader(at: now) ? sync.nextToVerify(of: refreshers.count) : 0..<0
        let tick = Tick(
            position: sync.position, claimsName: sync.name.finding == .claims, epochSeen: elector.floor,
            isDraining: isDraining, fitness: fitness.standing(at: now), apps: appsDigest, isCold: isCold,
            memberTTL: settings.timing.memberTTL, verify: verify.map { refreshers[$0].app.id })
        sync.sent(out.send(.tick(tick)), at: now)
        out.counters.ticks += 1
    }
}

extension LeaderHint {
    /// Another node that holds the lease as far as the record and the lock show; nil if none does.
    init?(_ record: LeaseRecord?, isLockHeld: Bool, seenFrom holder: LeaseHolder) {
        guard isLockHeld, let record, record.release == nil, record.holder.incarnation != holder.incarnation else {
            return nil
        }
        self.init(holder: record.holder, epoch: record.epoch)
    }
}

extension Situation {
    /// Whether an app would decide the same in both.
    ///
    /// A longer lease alone changes nothing; who waits for it is told.
    func matters(like other: Situation) -> Bool {
        guard leader == other.leader else { return false }
        guard let leadership, let before = other.leadership else {
            return (leadership == nil) == (other.leadership == nil)
        }
        return leadership.epoch == before.epoch && leadership.granted == before.granted
            && leadership.quiet == before.quiet && leadership.hasReadAll == before.hasReadAll
            && leadership.hasAskedPeers == before.hasAskedPeers
    }
}
