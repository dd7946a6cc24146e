/// One node's mind: an `Elector` and a `Refresher` per app behind a single gate.
///
/// Decides only; the shell acts. Every input is a `NodeEvent` with the moment it happened, every output a
/// `NodeAction`. The shell calls `handle(.woke, at:)` when `nextWakeUp` has come; there are no other timers.
/// Nothing here iterates over a hashed collection, so that the same events tell the same story in every process.
public struct NodeCore: Sendable {
    /// A node that waits for nothing but answers looks around after so long.
    static let idlePause: Duration = .seconds(1)
    /// No app is looked at sooner again: whatever was due has just been done, and a slip must not spin.
    static let shortestPause: Duration = .milliseconds(1)

    var setup: NodeSetup

    var elector: Elector
    var sync: StoreSync
    /// What was seen of the lock that the elector competes for.
    var lock = LockView()
    var reachability: ReachabilityWatch
    var others = OtherNodes()
    var departure = Departure()

    /// One for each app and ticket, by name; each has its place in `directory` and in what is kept by place below.
    var refreshers: [Refresher]
    var directory: AppDirectory
    var deadlines: DeadlineQueue
    var slots: CallSlots
    /// Who this node is to its apps, as of the last event.
    var situation = Situation()
    var maker: RefresherMaker

    /// Empty between two events.
    var out = Outbox()
    var turns = Turns()

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
        setup = NodeSetup(holder: holder, settings: settings, rules: rules, fingerprint: fingerprint)
        var random = SplitMix64(seed: seed)
        elector = Elector(holder: holder, timing: settings.timing, seed: random.next(), rules: rules)
        sync = StoreSync(period: settings.timing.tickPeriod, seed: random.next())
        reachability = ReachabilityWatch(apps: settings.apps.count, seed: random.next())
        maker = RefresherMaker(random: random)
        refreshers = []
        deadlines = DeadlineQueue(count: settings.apps.count)
        slots = CallSlots(apps: settings.apps.count)
        let policy = RefreshPolicy(settings)
        // To the size: what doubling leaves behind is megabytes with ten thousand apps.
        refreshers.reserveCapacity(settings.apps.count)
        let apps = settings.apps.sorted { $0.id < $1.id }
        for app in apps { refreshers.append(maker.make(app, policy, setup)) }
        directory = AppDirectory(apps, facts: refreshers.map(\.facts))
    }

    /// What the last moment before a call to WeChat must be checked against.
    public var gate: LeaseGate { elector.gate }

    /// Whether everything the store holds was read once.
    public var hasReadStore: Bool { sync.hasReadAll }

    /// When `NodeEvent.woke` is due next.
    public var nextWakeUp: Instant { turns.next }

    /// How far the store's changes were read; nil if everything is to be read anew.
    public var position: StorePosition? { sync.position }

    /// How long an uncertain token surely lives on (G′).
    public var usableOverlap: Duration { settings.usableOverlap }

    /// Who this node is.
    public var identity: LeaseHolder { holder }

    /// Takes one event and says what to do about it.
    public mutating func handle(_ event: NodeEvent, at now: Instant) -> [NodeAction] {
        var actions: [NodeAction] = []
        _ = handle(event, at: now, into: &actions)
        return actions
    }

    /// Takes one event and says what to do about it in a list that must be empty: one may serve for many events.
    ///
    /// Returns the gate after it: to be asked for that alone, the core would be copied.
    package mutating func handle(
        _ event: NodeEvent, at now: Instant, into actions: inout [NodeAction]
    ) -> LeaseGate {
        turns.last = now
        switch event {
        case .started:
            setup.start(at: now)
            reachability.begin(at: now)
        case .woke: break
        case .hinted: sync.ticks.hint(at: now)
        case .leaseReplied(let request, let reply): leaseReplied(request, reply, at: now)
        case .appReplied(let request, let reply): appReplied(request, reply, at: now)
        case .refreshAsked(let request): refreshAsked(request, at: now)
        case .waiterLeft(let waiter): waiterLeft(waiter)
        case .membersAnswered(let request, let states): membersAnswered(request, states, at: now)
        case .introduced(let request, let outcome): introduced(request, outcome, at: now)
        case .reached(let request, let isThere): reachability.reached(request, isThere, at: now)
        case .handoverAsked(let successor): stepDown(.init(successor: successor))
        case .leaveAsked: leaveAsked(at: now)
        case .configured(let apps): configure(apps, at: now)
        }
        settle(at: now)
        out.drain(into: &actions)
        return elector.gate
    }
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

    /// Everybody else with a living member record.
    var otherMembers: [Member] { sync.members.filter { $0.holder.incarnation != holder.incarnation } }
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
        while let index = slots.nextInTurn() { step(index, at: now) }
        askMembersIfDue(at: now)
        checkReachIfDue(at: now)
        tickIfDue(at: now)
        let next = Instant.earlier(.earlier(sync.ticks.nextWakeUp, elector.nextWakeUp), deadlines.first)
        let others = Instant.earlier(.earlier(others.query.nextWakeUp, reachability.nextWakeUp), departure.nextWakeUp)
        turns.next = .earlier(next, others) ?? now + Self.idlePause
    }

    /// Who this node is to its apps right now; if that has changed, every app looks at it anew.
    mutating func updateSituation(at now: Instant) {
        var leadership: Situation.Leadership?
        if !departure.isUnderWay, let term = elector.term, now < term.validUntil {
            leadership = Situation.Leadership(
                epoch: term.epoch, granted: term.granted, quiet: term.quiet, validUntil: term.validUntil,
                hasReadAll: sync.hasReadAll, hasAskedMembers: others.query.isAnswered(for: term.epoch),
                hasSlot: slots.hasFree)
        }
        // Also while it leaves: whoever still asks here is sent on to the next leader.
        let leader = leadership == nil ? leaderHint : nil
        guard situation.become(leadership, leader) else { return }
        for index in refreshers.indices { step(index, at: now) }
    }

    /// Lets one app do what is due, and sees to what it wants of the node.
    mutating func step(_ index: Int, at now: Instant) {
        slots.look(index)
        out.speak(for: index)
        refreshers[index].step(situation, at: now, into: &out)
        settled(index, at: now)
    }

    /// Sees to what an app wants of the node, and to when it wants to be looked at again.
    mutating func settled(_ index: Int, at now: Instant) {
        let served = obey(index, at: now)
        noteHealth(of: index)
        let next = refreshers[index].nextWakeUp(situation, isWaiting: slots.isWaiting(index), at: now)
        deadlines.set(index, next.map { max($0, now + Self.shortestPause) })
        if let served { handToTickets(served, of: index, at: now) }
    }

    /// Does what an app wants of the node.
    /// - Returns: the token that it hands out now, if that is another one.
    private mutating func obey(_ index: Int, at now: Instant) -> Token?? {
        guard !out.wants.isEmpty else { return nil }
        var served: Token??
        for want in out.wants {
            switch want {
            case .renewLease: elector.renewSoon(at: now, into: &out)
            case .stepDown: stepDown(.init())
            case .wait(let condition):
                slots.wait(index)
                switch condition {
                case .renewal: elector.renewSoon(at: now, into: &out)
                case .members: others.query.ask(for: situation.leadership?.epoch)
                case .slot: break
                }
            case .activity(let activity): slots.book(index, activity)
            case .callMayBeProcessed(let moment): elector.noteUnknownCall(until: moment)
            case .nextTerm(let epoch): elector.hear(of: epoch)
            case .served(let token): served = .some(token)
            }
        }
        out.obeyed()
        situation.leadership?.hasSlot = slots.hasFree
        return served
    }

    /// Tickets are fetched with the token that is served.
    private mutating func handToTickets(_ token: Token?, of index: Int, at now: Instant) {
        for ticket in directory.tickets(of: index) {
            refreshers[ticket].ownerServes(token)
            step(ticket, at: now)
        }
    }

    private mutating func tickIfDue(at now: Instant) {
        guard sync.ticks.isDue(at: now) else { return }
        let verify = elector.isLeader(at: now) ? sync.nextToVerify(of: refreshers.count) : 0..<0
        let tick = Tick(
            position: sync.position, claimsName: sync.name.finding == .claims, epochSeen: elector.highestEpochSeen,
            isDraining: departure.isForGood, reachability: reachability.standing(at: now), apps: directory.digest,
            isCold: others.isCold,
            memberTTL: settings.timing.memberTTL, verify: verify.map { refreshers[$0].app.id })
        sync.ticks.sent(out.send(.tick(tick)), at: now)
        out.counters.ticks += 1
    }
}

/// When a node looks at events.
struct Turns: Sendable {
    /// When the last one came.
    var last = Instant.origin
    /// When the node wants to be woken.
    var next = Instant.origin
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
    /// Takes in who leads; returns whether an app may decide otherwise than before.
    ///
    /// A longer lease alone changes nothing; who waits for it is told.
    fileprivate mutating func become(_ next: Leadership?, _ other: LeaderHint?) -> Bool {
        let isSame = leader == other && matters(like: next)
        leadership = next
        if !isSame { leader = other }
        return !isSame
    }

    private func matters(like other: Leadership?) -> Bool {
        guard let leadership, let before = other else { return (leadership == nil) == (other == nil) }
        return leadership.epoch == before.epoch && leadership.granted == before.granted
            && leadership.quiet == before.quiet && leadership.hasReadAll == before.hasReadAll
            && leadership.hasAskedMembers == before.hasAskedMembers
    }
}
