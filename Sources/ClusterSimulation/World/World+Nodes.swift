internal import KeeperCore

/// The shell around each core: what reaches a node, and what it is told to do.
extension World {
    // MARK: Life and death

    mutating func boot(_ node: Int) {
        guard !nodes[node].isAlive else { return }
        let (core, holder) = birth(of: nodes[node].name)
        nodes[node].begin(core, as: holder)
        nodes[node].heardAt = time
        nodes[node].connectedAt = time + random.number(0.001...0.02)
        tell(nodes[node].name, "starts as \(holder.incarnation)")
        feed(.started, to: node)
    }

    /// Ends a process at once.
    ///
    /// What it has sent travels on.
    mutating func kill(_ node: Int, restartsAfter pause: Double) {
        guard nodes[node].isAlive else { return }
        tell(nodes[node].name, "is gone; starts again in \(decimal(pause)) s")
        let orphans = nodes[node].waiters.compactMap(\.sender)
        for sender in orphans.sorted(by: { ($0.node, $0.request) < ($1.node, $1.request) }) {
            push(
                .forwardEnded(sender.request, .failed(reason: "connection reset")), to: sender.node, sender.life,
                after: 0.001)
        }
        if isSupervised, random.chance(0.8) {
            // The other fifth is the loss of the whole machine, its parent with it.
            queue.push(.reportDeath(nodes[node].holder, node: node), at: time + random.number(0.001...0.02))
        }
        nodes[node].end()
        queue.push(.boot(node: node), at: time + pause)
    }

    /// The parent speaks for the dead: again and again until the store has answered.
    mutating func reportDeath(of holder: LeaseHolder, on node: Int) {
        let isCut = time < conditions.partitionedUntil[node] || time < conditions.storeDownUntil
        let isLost = isCut || (!conditions.isSmooth && random.chance(0.01))
        if !isLost {
            let request = StoreRequest(
                node: node, life: -1, holder: holder, id: RequestID(0), connection: 0, command: .lease(.reportDeath),
                deadline: time, isAwaited: false)
            queue.push(.storeReceives(Shared(request)), at: time + delay())
        }
        let isUnanswered = isLost || (!conditions.isSmooth && random.chance(options.lostReplies))
        if isUnanswered { queue.push(.reportDeath(holder, node: node), at: time + random.number(0.3...0.6)) }
    }

    mutating func pause(_ node: Int, for length: Double) {
        let end = time + length
        guard nodes[node].isAlive, nodes[node].pausedUntil < end else { return }
        tell(nodes[node].name, "stands still for \(decimal(length)) s")
        nodes[node].pausedUntil = end
        queue.push(.resume(node: node), at: end)
    }

    mutating func resume(_ node: Int) {
        guard nodes[node].isAlive, time >= nodes[node].pausedUntil else { return }
        tell(nodes[node].name, "goes on")
        var mailbox = nodes[node].mailbox
        nodes[node].mailbox = []
        if random.chance(0.5) {
            // The thread of libcurl may be quicker than the node's own.
            mailbox = mailbox.filter(\.isConnection) + mailbox.filter { !$0.isConnection }
        }
        nodes[node].wakesAt = time
        let life = nodes[node].life
        if random.chance(0.5) { wake(node, life) }
        for delivery in mailbox { deliver(delivery, to: node, life) }
        wake(node, life)
    }

    // MARK: What reaches a node

    mutating func push(_ delivery: Delivery, to node: Int, _ life: Int, after seconds: Double) {
        queue.push(.deliver(node: node, life: life, delivery), at: time + seconds)
    }

    mutating func wake(_ node: Int, _ life: Int) {
        guard nodes[node].isAlive, nodes[node].life == life, nodes[node].wakesAt <= time else { return }
        if time < nodes[node].pausedUntil {
            nodes[node].wakesAt = nodes[node].pausedUntil
            queue.push(.wake(node: node, life: life), at: nodes[node].pausedUntil)
            return
        }
        nodes[node].wakesAt = .forever
        let now = nodes[node].clock.instant(at: time)
        guard nodes[node].wakeUp <= now else { return arm(node) }
        wakes += 1
        if wakes > 200_000 { return violate(.restless, "\(nodes[node].name) at \(decimal(time.seconds))") }
        feed(.woke, to: node)
    }

    /// Sets the node's one timer.
    ///
    /// A timer set too early is let fire and set again.
    private mutating func arm(_ node: Int) {
        // Set for this very moment already.
        if nodes[node].wakesAt < .forever, nodes[node].armedFor == nodes[node].wakeUp { return }
        nodes[node].armedFor = nodes[node].wakeUp
        let due = nodes[node].clock.time(of: nodes[node].wakeUp)
        let at = max(due, time + 0.000_2)
        guard at < nodes[node].wakesAt else { return }
        nodes[node].wakesAt = at
        queue.push(.wake(node: node, life: nodes[node].life), at: at)
    }

    mutating func deliver(_ delivery: Delivery, to node: Int, _ life: Int) {
        guard nodes[node].isAlive, nodes[node].life == life else { return }
        guard time >= nodes[node].pausedUntil else { return nodes[node].mailbox.append(delivery) }
        if delivery.isNews { nodes[node].heardAt = time }
        switch delivery {
        case .event(let event): feed(event, to: node)
        case .leaseAnswered(let answer): leaseAnswered(answer.value, node)
        case .leaseFailed(let id, let error): leaseFailed(id, error, node)
        case .credentialAnswered(let id, let result): credentialAnswered(id, result, node)
        case .connected(let id): connected(id, node)
        case .callEnded(let id, let outcome): callEnded(id, outcome, node)
        case .probeEnded(let id, let outcome): probeEnded(id, outcome, node)
        case .asked(var waiter, let request):
            let patience = nodes[node].clock.trueSeconds(settings.timing.forwardTimeout)
            waiter.overdueAt = max(time, min(waiter.overdueAt, time + patience)) + 1
            nodes[node].waiters.append(waiter)
            feed(.refreshAsked(request), to: node)
        case .hungUp(let id):
            if nodes[node].takeWaiter(id) != nil { feed(.waiterLeft(id), to: node) }
        case .memberAsks(let asker, let life, let id): tellMember(asker, life, id, node)
        case .memberTold(let id, let state): memberTold(id, state, node)
        case .forwardEnded(let id, let outcome):
            guard let index = nodes[node].forwards.firstIndex(of: id) else { return }
            nodes[node].forwards.remove(at: index)
            feed(.appReplied(request: id, reply: .forwarded(outcome)), to: node)
        case .connectionReset(let connection): breakConnection(connection, node, failsAll: true)
        case .closes: kill(node, restartsAfter: random.number(0.2...3))
        }
    }

    /// Hands an event to the core, and does what it says.
    mutating func feed(_ event: NodeEvent, to node: Int) {
        report.steps += 1
        report.digest(time.nanoseconds)
        let now = nodes[node].clock.instant(at: time)
        if trace.isOn { narrate(event, node) }
        if remembersAll { nodes[node].remember(event, at: now) }
        var actions: [NodeAction] = []
        swap(&actions, &spareActions)
        nodes[node].handle(event, at: now, into: &actions)
        report.digest(Int64(node + 8 * actions.count))
        // A process that finds its name taken ends then and there, whatever else it meant to do.
        for index in actions.indices where nodes[node].isAlive {
            if trace.isOn { narrate(actions[index], node) }
            perform(actions[index], node, now)
        }
        // One by one: there are one or two, and to take out all at once costs more.
        while !actions.isEmpty { actions.removeLast() }
        swap(&actions, &spareActions)
        guard nodes[node].isAlive else { return }
        checkLease(node)
        arm(node)
    }

    private mutating func perform(_ action: NodeAction, _ node: Int, _ now: Instant) {
        switch action {
        case .lease(let id, let command): send(.lease(command), id, node, now)
        case .credential(let id, let command): send(.credential(command), id, node, now)
        case .call(let id, let app, let kind, let permit): call(id, app, .fetch(kind), permit, node, now)
        // No world keeps tickets: they rotate nothing.
        case .callForTicket: break
        case .probe(let id, let app, let token, let permit): call(id, app, .probe(token), permit, node, now)
        case .reach(let id, let deadline): reach(id, before: deadline, node)
        case .forward(let id, let forwarding): forward(id, forwarding, node, now)
        case .askMembers(let id, let members): askMembers(id, members, node)
        case .introduce(let id, let member, let apps): introduce(id, member, apps, node)
        case .answer(let waiter, let answer): answered(waiter, answer, node, now)
        case .serve(let app, let served): serves(app, served, node)
        case .left:
            nodes[node].hasLeft = true
            push(.closes, to: node, nodes[node].life, after: random.number(0.5...6))
        case .nameTaken:
            report.sightings.count(.nameTaken)
            kill(node, restartsAfter: random.number(1...3))
        case .note(let notice): noted(notice)
        }
    }

    private mutating func noted(_ notice: Notice) {
        switch notice {
        case .lease(.granted(_, let quiet)): if quiet > .zero { report.sightings.count(.quietPeriod) }
        case .lease(.lapsed): report.sightings.count(.lapse)
        case .lease(.recovered): report.sightings.count(.recovery)
        case .credential(_, .externalRotation): report.sightings.count(.externalRotation)
        case .credential(_, .callFailed(_, let isKnown, _)): if !isKnown { report.sightings.count(.unknownCall) }
        case .lease(.gaveWay): report.sightings.count(.gaveWay)
        case .lease(.nameContested): report.sightings.count(.nameContested)
        default: break
        }
    }

    /// The place of an app.
    func index(of app: AppID) -> Int {
        guard let index = apps.firstIndex(of: app) else { preconditionFailure("no app \(app)") }
        return index
    }
}

extension Delivery {
    /// Whether the store or another node says something in it.
    fileprivate var isNews: Bool {
        switch self {
        case .leaseAnswered, .credentialAnswered(_, .success), .memberTold(_, .some),
            .forwardEnded(_, .token), .forwardEnded(_, .answered):
            true
        default: false
        }
    }

    /// Whether it reaches libcurl's thread rather than the node.
    var isConnection: Bool {
        if case .connected = self { true } else { false }
    }
}
