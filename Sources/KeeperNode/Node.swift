public import KeeperCore
public import KeeperPorts
public import Logging
public import ServiceLifecycle

/// The shell around `NodeCore`: events in, actions out, nothing decided.
///
/// One actor, one loop. Every IO action runs in a child task with its deadline and comes back as an event. The read
/// path goes past all this: `lastingRead(_:)` looks into a table that the loop keeps up to date.
public actor Node: Service, CredentialProvider {
    /// The moment from which this node counts its time.
    nonisolated let origin: ContinuousClock.Instant

    private var core: NodeCore
    private let errands: Errands
    private let narrator: Narrator
    nonisolated let table: ReadTable
    private nonisolated let board: HealthBoard
    private nonisolated let input: AsyncStream<Input>.Continuation
    private let inputs: AsyncStream<Input>

    private var waiters: [WaiterID: CheckedContinuation<RefreshAnswer, Never>] = [:]
    private var requests: PendingRequests
    private var askers: [WaiterID: CheckedContinuation<PendingRequests.Answer, Never>] = [:]
    private var lastWaiter: UInt64 = 0
    private var isRunning = true
    private var timer: WakeUpTimer
    private var usurper: Member?

    /// What the loop turns on.
    private enum Input: Sendable {
        case event(NodeEvent)
        /// The store is to be asked for somebody.
        case command(LeaseCommand, for: WaiterID?, before: Instant)
        /// It was.
        case replied(WaiterID, StoreError?)
    }

    /// Makes a node that begins when `run()` is called.
    public init(
        holder: LeaseHolder, settings: NodeSettings, seed: UInt64, ports: Ports, logger: Logger,
        fingerprint: @escaping @Sendable (Token) -> Fingerprint
    ) {
        origin = .now
        var core = NodeCore(holder: holder, settings: settings, seed: seed, fingerprint: fingerprint)
        board = HealthBoard(core.healthFacts())
        self.core = core
        narrator = Narrator(logger: logger)
        table = ReadTable(apps: settings.apps.map(\.id), overlap: settings.overlap)
        errands = Errands(
            ports: ports, table: table, origin: origin, commandTimeout: settings.timing.commandTimeout)
        requests = PendingRequests(commandTimeout: settings.timing.commandTimeout)
        (inputs, input) = AsyncStream.makeStream()
        timer = WakeUpTimer(origin: origin) { [input] in input.yield(.event(.woke)) }
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
                group.addTask { [hints = errands.ports.lease.hints, input] in
                    for await _ in hints { input.yield(.event(.hinted)) }
                }
                turn(.event(.started), in: &group)
                for await next in inputs { turn(next, in: &group) }
                group.cancelAll()
            }
        } onGracefulShutdown: { [input] in
            input.finish()
        }
        await end()
        if let usurper { throw NameTakenError(by: usurper) }
    }

    private func turn(_ next: Input, in group: inout DiscardingTaskGroup) {
        let moment = now
        switch next {
        case .event(let event): handle(event, at: moment, in: &group)
        case .command(let command, let waiter, let deadline):
            group.addTask { [errands, input] in
                let reply = await errands.perform(command, before: deadline)
                if let waiter { input.yield(.replied(waiter, reply.error)) }
            }
        case .replied(let waiter, let error): obey(requests.handle(.replied(waiter, error), at: moment))
        }
        timer.set(requests.nextWakeUp.map { min($0, core.nextWakeUp) } ?? core.nextWakeUp, at: moment, in: &group)
    }

    private func handle(_ event: NodeEvent, at moment: Instant, in group: inout DiscardingTaskGroup) {
        if case .waiterLeft(let waiter) = event { answer(waiter, .gone) }
        var actions: [NodeAction] = []
        let gate = core.handle(event, at: moment, into: &actions)
        let facts = core.healthFacts()
        board.turned(facts)
        // Before any action begins: a call that starts now asks the gate at once, from another thread.
        table.turned(at: moment, confirmedAt: facts.confirmedAt, gate: gate, isDraining: facts.isDraining)
        for action in actions { perform(action, at: moment, in: &group) }
        guard !requests.isEmpty else { return }
        let successor = core.leader(at: moment).flatMap { $0.holder == core.identity ? nil : $0 }
        let situation = PendingRequests.Situation(successor: successor, hasReadStore: core.hasReadStore)
        obey(requests.handle(.turned(situation), at: moment))
    }

    private func end() async {
        isRunning = false
        for waiter in waiters.keys { answer(waiter, .gone) }
        let last = requests.handle(.ended(isNameTaken: usurper != nil), at: now)
        obey(last)
        // Nobody turns on these any more.
        for case .perform(let command, _, let deadline) in last { _ = await errands.perform(command, before: deadline) }
    }

    private func perform(_ action: NodeAction, at moment: Instant, in group: inout DiscardingTaskGroup) {
        if case .lease(_, .release) = action { obey(requests.handle(.releases, at: moment)) }
        switch action {
        case .lease, .credential, .call, .callForTicket, .probe, .reach, .forward, .askMembers, .introduce:
            group.addTask { [errands, input, begun = now] in
                if let event = await errands.run(action, since: begun) { input.yield(.event(event)) }
            }
        case .answer(let waiter, let answer): self.answer(waiter, answer)
        case .serve(let app, let credential): table.serve(app, credential, at: now)
        case .left: obey(requests.handle(.left, at: moment))
        case .nameTaken(let other):
            usurper = other
            input.finish()
        case .note(let notice): narrator.tell(notice)
        }
    }

    private func obey(_ actions: [PendingRequests.Action]) {
        for action in actions {
            switch action {
            case .tell(let event): input.yield(.event(event))
            case .perform(let command, let waiter, let deadline):
                input.yield(.command(command, for: waiter, before: deadline))
            case .answer(let waiter, let answer): askers.removeValue(forKey: waiter)?.resume(returning: answer)
            }
        }
    }
}

extension RefreshAnswer {
    /// Of a node that has ended, or to a caller who has gone.
    fileprivate static let gone = RefreshAnswer.unavailable(reason: .noLeader, retryAfter: .seconds(1))
}

// MARK: CredentialProvider

extension Node {
    /// What is served for an app, from memory.
    public nonisolated func lastingRead(_ app: AppID) -> LastingReading {
        let (reading, until) = table.lastingRead(app, at: now)
        return LastingReading(reading, until: origin + until.sinceOrigin)
    }

    /// Changes with what is served, and as the process begins to end.
    public nonisolated var readGeneration: UInt64 { table.generation }

    /// The app that a token is of, or was of a short while ago; nil for a stranger's.
    public nonisolated func owner(of token: Token) -> AppID? { table.owner(of: token, at: now) }

    /// Whether the process is ending.
    public nonisolated var isDraining: Bool { table.isDraining }

    /// How long the event loop has not turned.
    public nonisolated func idleTime() -> Duration { board.idleTime(at: now) }

    /// Whether this node leads, follows or would lead.
    public nonisolated func role() -> NodeHealth.Role { board.role(at: now) }

    /// How this node is, for health checks.
    public nonisolated func health() -> NodeHealth { board.health(at: now) }

    /// Asks for another token and waits for the answer.
    public func refresh(
        _ app: AppID, because reason: RefreshRequest.Reason, isForwarded: Bool,
        before deadline: ContinuousClock.Instant
    ) async -> RefreshReading {
        let answer = await ask(app, because: reason, isForwarded: isForwarded, before: deadline)
        return RefreshReading(answer, beside: read(app), usableOverlap: core.usableOverlap, at: now)
    }

    private func ask(
        _ app: AppID, because reason: RefreshRequest.Reason, isForwarded: Bool,
        before deadline: ContinuousClock.Instant
    ) async -> RefreshAnswer {
        guard isRunning else { return .gone }
        let waiter = nextWaiter()
        let request = RefreshRequest(
            waiter: waiter, app: app, reason: reason, deadline: Instant(deadline - origin), isForwarded: isForwarded)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: .gone) }
                waiters[waiter] = continuation
                input.yield(.event(.refreshAsked(request)))
            }
        } onCancel: {
            input.yield(.event(.waiterLeft(waiter)))
        }
    }

    /// Keeps these apps from now on, each named once.
    ///
    /// What is known of those that stay as they are stays known.
    public nonisolated func configure(_ apps: [AppSettings]) {
        table.keep(apps.map(\.id))
        input.yield(.event(.configured(apps)))
    }

    private func nextWaiter() -> WaiterID {
        lastWaiter += 1
        return WaiterID(lastWaiter)
    }

    private func answer(_ waiter: WaiterID, _ answer: RefreshAnswer) {
        waiters.removeValue(forKey: waiter)?.resume(returning: answer)
    }

    /// What this node knows of the cluster.
    public func status() -> NodeStatus { core.status(at: now) }

    /// What a person should look at.
    func alarms() -> NodeAlarms? { core.alarms(at: now) }

    /// What this node tells another that asks.
    public func memberState() -> MemberState { core.memberState(at: now) }

    /// Who this node is, and what it keeps if that is not what `digest` stands for.
    public func introduction(to digest: AppsDigest?) -> Introduction { core.introduction(to: digest) }

    /// Gives the lease up as an operator wishes, and waits until another holds it.
    public func handOver(_ order: HandoverOrder) async throws(HandoverRefusal) -> CompletedHandover? {
        guard isRunning else { throw .notLeader(nil) }
        let successor = try core.successor(by: order, at: now)
        return if case .handedOver(let handover) = await answer(to: .handover(to: successor)) { handover } else { nil }
    }

    /// Returns when the node knows what the cluster knows, or after `limit`: before that a caller who could ask another
    /// node should not be answered here.
    public func readStore(within limit: Duration) async { _ = await answer(to: .firstRead(within: limit)) }

    /// Pauses takeovers for so long; nil ends the pause.
    public func pause(for duration: Duration?) async throws(StoreError) {
        if case .failed(let error) = await answer(to: .pause(duration)) { throw error }
    }

    /// Gives the lease up for good, once the calls in flight are over; reads go on.
    ///
    /// Returns when that is done, at most `wechat.timeout` and a few command time-outs later.
    public func leave() async { _ = await answer(to: .departure) }

    private func answer(to request: PendingRequests.Request) async -> PendingRequests.Answer {
        let waiter = nextWaiter()
        return await withCheckedContinuation { continuation in
            askers[waiter] = continuation
            obey(requests.handle(.asked(waiter, request), at: now))
        }
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
