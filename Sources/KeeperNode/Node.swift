public import KeeperCore
public import KeeperPorts
public import Logging
public import ServiceLifecycle

/// The shell around `NodeCore`: events in, actions out, nothing decided.
///
/// One actor, one loop. Every IO action runs in a child task with its deadline and comes back as an event. The read
/// path goes past all this: `read(_:)` looks into a table that the loop keeps up to date.
public actor Node: Service, CredentialProvider {
    /// What the node needs of the world.
    public struct World: Sendable {
        let lease: any LeaseStore
        let credentials: any CredentialStore
        let source: any CredentialSource
        let forwarder: any Forwarder

        /// Bundles the four ports.
        public init(
            lease: any LeaseStore, credentials: any CredentialStore, source: any CredentialSource,
            forwarder: any Forwarder
        ) {
            self.lease = lease
            self.credentials = credentials
            self.source = source
            self.forwarder = forwarder
        }
    }

    /// The moment from which this node counts its time.
    public nonisolated let origin: ContinuousClock.Instant

    private var core: NodeCore
    private let settings: NodeSettings
    private let world: World
    private let narrator: Narrator
    nonisolated let table: ReadTable
    private nonisolated let input: AsyncStream<NodeEvent>.Continuation
    private let events: AsyncStream<NodeEvent>

    private var waiters: [WaiterID: CheckedContinuation<RefreshAnswer, Never>] = [:]
    private var lastWaiter: UInt64 = 0
    private var handovers: [(deadline: Instant, continuation: CheckedContinuation<CompletedHandover?, Never>)] = []
    /// When the lease was given up the last time.
    private var releasedAt = Instant.origin
    private var departures: [CheckedContinuation<Void, Never>] = []
    private var newcomers: [(deadline: Instant, continuation: CheckedContinuation<Void, Never>)] = []
    private var hasLeft = false
    private var isRunning = true
    private var wakeUp: Instant?
    private var usurper: Member?

    /// Makes a node that begins when `run()` is called.
    public init(
        holder: LeaseHolder, settings: NodeSettings, seed: UInt64, world: World, logger: Logger,
        fingerprint: @escaping @Sendable (Token) -> Fingerprint
    ) {
        origin = .now
        core = NodeCore(holder: holder, settings: settings, seed: seed, fingerprint: fingerprint)
        self.settings = settings
        self.world = world
        narrator = Narrator(logger: logger, origin: origin)
        table = ReadTable(apps: settings.apps.map(\.id), overlap: settings.overlap)
        (events, input) = AsyncStream.makeStream()
    }

    nonisolated var now: Instant { Instant(.now - origin) }
}

// MARK: The loop

extension Node {
    /// Runs until graceful shutdown; then removes the node from the list of members.
    /// - Throws: `NameTakenError` if another living process has this node's name.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { [hints = world.lease.hints, input] in
                    for await _ in hints { input.yield(.hinted) }
                }
                turn(.started, in: &group)
                for await event in events { turn(event, in: &group) }
                group.cancelAll()
            }
        } onGracefulShutdown: { [input] in
            input.finish()
        }
        end()
        if let usurper { throw NameTakenError(by: usurper) }
        _ = try? await world.lease.perform(.leave, before: .now + settings.timing.commandTimeout)
    }

    private func turn(_ event: NodeEvent, in group: inout DiscardingTaskGroup) {
        if case .waiterLeft(let waiter) = event { answer(waiter, .unavailable(.noLeader, retryAfter: .seconds(1))) }
        let moment = now
        if let wakeUp, wakeUp <= moment { self.wakeUp = nil }
        let actions = core.handle(event, at: moment)
        // Before any action begins: a call that starts now asks the gate at once, from another thread.
        table.turned(
            at: moment, confirmedAt: core.confirmationAge(at: moment).map { moment - $0 }, gate: core.gate)
        for action in actions { perform(action, in: &group) }
        settleHandovers(at: moment)
        settleNewcomers(at: moment)
        setWakeUp(in: &group)
    }

    /// One sleeper for the next wake-up; an earlier moment gets a sleeper of its own, and a late one does no harm.
    private func setWakeUp(in group: inout DiscardingTaskGroup) {
        let next = (handovers.map(\.deadline) + newcomers.map(\.deadline)).reduce(core.nextWakeUp, min)
        if let wakeUp, wakeUp <= next { return }
        wakeUp = next
        group.addTask { [origin, input] in
            try? await Task.sleep(until: origin + next.sinceOrigin, clock: .continuous)
            input.yield(.woke)
        }
    }

    private func end() {
        isRunning = false
        for waiter in waiters.keys { answer(waiter, .unavailable(.noLeader, retryAfter: .seconds(1))) }
        for handover in handovers { handover.continuation.resume(returning: nil) }
        handovers = []
        for newcomer in newcomers { newcomer.continuation.resume() }
        newcomers = []
        finishDepartures()
    }

    private func perform(_ action: NodeAction, in group: inout DiscardingTaskGroup) {
        if case .lease(_, .release) = action { releasedAt = now }
        switch action {
        case .lease, .credential, .call, .callForTicket, .probe, .reach, .forward, .askPeers, .introduce:
            reachOut(action, in: &group)
        case .answer(let waiter, let answer): self.answer(waiter, answer)
        case .serve(let app, let credential): table.serve(app, credential, at: now)
        case .left: finishDepartures()
        case .nameTaken(let other):
            usurper = other
            input.finish()
        case .note(let notice): narrator.tell(notice)
        }
    }

    /// Starts the child task of one IO action.
    private func reachOut(_ action: NodeAction, in group: inout DiscardingTaskGroup) {
        let patience = ContinuousClock.now + settings.timing.commandTimeout
        let patienceWithPeers = patience + settings.timing.commandTimeout
        group.addTask { [world, input, table, origin] in
            switch action {
            case .lease(let id, let command):
                input.yield(
                    .leaseReplied(
                        id,
                        await result { () async throws(StoreError) in
                            try await world.lease.perform(command, before: patience)
                        }))
            case .credential(let id, let command):
                input.yield(
                    .appReplied(
                        id,
                        .stored(
                            await result { () async throws(StoreError) in
                                try await world.credentials.perform(command, before: patience)
                            })))
            case .call(let id, let app, let kind, let permit):
                let outcome = await world.source.fetch(app, kind, before: origin + permit.deadline.sinceOrigin) {
                    table.allows(permit, at: Instant(.now - origin))
                }
                input.yield(.appReplied(id, .called(outcome)))
            case .callForTicket(let id, let app, let type, let token, let permit):
                let deadline = origin + permit.deadline.sinceOrigin
                let outcome = await world.source.fetchTicket(type, of: app, with: token, before: deadline) {
                    table.allows(permit, at: Instant(.now - origin))
                }
                input.yield(.appReplied(id, .called(outcome)))
            case .probe(let id, let app, let token, let permit):
                let outcome = await world.source.probe(app, token, before: origin + permit.deadline.sinceOrigin) {
                    table.allows(permit, at: Instant(.now - origin))
                }
                input.yield(.appReplied(id, .probed(outcome)))
            case .reach(let id, let deadline):
                input.yield(.reached(id, await world.source.reach(before: origin + deadline.sinceOrigin)))
            case .forward(let id, let forwarding):
                let deadline = origin + forwarding.deadline.sinceOrigin
                input.yield(.appReplied(id, .forwarded(await world.forwarder.forward(forwarding, before: deadline))))
            case .askPeers(let id, let members):
                input.yield(.peersAnswered(id, await world.forwarder.states(of: members, before: patienceWithPeers)))
            case .introduce(let id, let member, let apps):
                let outcome = await world.forwarder.introduce(to: member, apps: apps, before: patienceWithPeers)
                input.yield(.introduced(id, outcome))
            case .answer, .serve, .left, .nameTaken, .note: break
            }
        }
    }
}

/// The outcome of a store command as a value.
private func result<Reply: Sendable>(
    _ body: () async throws(StoreError) -> Reply
) async -> Result<Reply, StoreError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

// MARK: CredentialProvider

extension Node {
    /// What is served for an app, from memory.
    public nonisolated func read(_ app: AppID) -> TokenReading { table.read(app, at: now) }

    /// The app that a token is of, or was of a short while ago; nil for a stranger's.
    public nonisolated func owner(of token: Token) -> AppID? { table.owner(of: token, at: now) }

    /// How long the event loop has not turned.
    public nonisolated func idleTime() -> Duration { table.idleTime(at: now) }

    /// Asks for another token and waits for the answer.
    public func refresh(
        _ app: AppID, because reason: RefreshRequest.Reason, isForwarded: Bool,
        before deadline: ContinuousClock.Instant
    ) async -> RefreshAnswer {
        guard isRunning else { return .unavailable(.noLeader, retryAfter: .seconds(1)) }
        lastWaiter += 1
        let waiter = WaiterID(lastWaiter)
        let request = RefreshRequest(
            waiter: waiter, app: app, reason: reason, deadline: Instant(deadline - origin), isForwarded: isForwarded)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else {
                    return continuation.resume(returning: .unavailable(.noLeader, retryAfter: .seconds(1)))
                }
                waiters[waiter] = continuation
                input.yield(.refreshAsked(request))
            }
        } onCancel: {
            input.yield(.waiterLeft(waiter))
        }
    }

    /// Keeps these apps from now on, each named once.
    ///
    /// What is known of those that stay as they are stays known.
    public nonisolated func configure(_ apps: [AppSettings]) {
        table.keep(apps.map(\.id))
        input.yield(.configured(apps))
    }

    private func answer(_ waiter: WaiterID, _ answer: RefreshAnswer) {
        waiters.removeValue(forKey: waiter)?.resume(returning: answer)
    }

    /// How this node is, for health checks.
    public func health() -> NodeHealth { core.health(at: now) }

    /// What this node knows of the cluster.
    public func status() -> NodeStatus { core.status(at: now) }

    /// What a person should look at.
    func alarms() -> NodeAlarms? { core.alarms(at: now) }

    /// What this node tells another that asks.
    public func peerState() -> PeerState { core.peerState(at: now) }

    /// Who this node is, and what it keeps if that is not what `digest` stands for.
    public func introduction(to digest: AppsDigest?) -> Introduction { core.introduction(to: digest) }

    /// Gives the lease up as an operator wishes, and waits until another holds it.
    public func handOver(_ order: HandoverOrder) async throws(HandoverRefusal) -> CompletedHandover? {
        guard isRunning else { throw .notLeader(nil) }
        let successor = try core.successor(by: order, at: now)
        let deadline = now + .seconds(8)
        return await withCheckedContinuation { continuation in
            handovers.append((deadline, continuation))
            input.yield(.handoverAsked(to: successor))
        }
    }

    /// Answers those who wait for the leader after us.
    private func settleHandovers(at now: Instant) {
        guard !handovers.isEmpty else { return }
        let successor = core.leader(at: now).flatMap { $0.holder == core.identity ? nil : $0 }
        handovers.removeAll { handover in
            guard successor != nil || handover.deadline <= now else { return false }
            handover.continuation.resume(
                returning: successor.map { CompletedHandover(leader: $0, gap: now - releasedAt) })
            return true
        }
    }

    /// Returns when the node knows what the cluster knows, or after `limit`: before that a caller who could ask another
    /// node should not be answered here.
    public func readStore(within limit: Duration) async {
        guard isRunning, !core.hasReadStore else { return }
        let deadline = now + limit
        await withCheckedContinuation { continuation in
            newcomers.append((deadline, continuation))
            input.yield(.woke)
        }
    }

    private func settleNewcomers(at now: Instant) {
        newcomers.removeAll { newcomer in
            guard core.hasReadStore || newcomer.deadline <= now else { return false }
            newcomer.continuation.resume()
            return true
        }
    }

    /// Pauses takeovers for so long; nil ends the pause.
    public func pause(for duration: Duration?) async throws(StoreError) {
        _ = try await world.lease.perform(.pause(duration), before: .now + settings.timing.commandTimeout)
    }

    /// Gives the lease up for good, once the calls in flight are over; reads go on.
    ///
    /// Returns when that is done, at most `wechat.timeout` and a few command time-outs later.
    public func leave() async {
        guard isRunning, !hasLeft else { return }
        await withCheckedContinuation { continuation in
            departures.append(continuation)
            input.yield(.leaveAsked)
        }
    }

    private func finishDepartures() {
        hasLeft = true
        for departure in departures { departure.resume() }
        departures = []
    }
}

/// Another living process has this node's name; this one must end.
public struct NameTakenError: Error, CustomStringConvertible {
    /// The other process.
    public let other: Member

    init(by other: Member) { self.other = other }

    /// What has happened, for the log.
    public var description: String {
        "another living node has the name \(other.holder.node): \(other.holder.address), "
            + "incarnation \(other.holder.incarnation); give every node its own node.id"
    }
}
