internal import KeeperCore

/// The way to the store and back.
extension World {
    private var commandTimeout: Duration { settings.timing.commandTimeout }

    /// Sends a command; its answer, or the lack of one, comes back as a delivery.
    mutating func send(_ command: StoreRequest.Command, _ id: RequestID, _ node: Int, _ now: Instant) {
        let isLease = if case .lease = command { true } else { false }
        let deadline = now + commandTimeout
        nodes[node].commands.append(
            .init(id: id, deadline: deadline, connection: nodes[node].connection, isLease: isLease))
        let life = nodes[node].life
        let isDown = time < conditions.storeDownUntil
        if isDown, conditions.storeDown == .refuses {
            let error = StoreError.unreachable(reason: "connection refused")
            return push(failure(id, isLease, error), to: node, life, after: random.number(0.000_3...0.003))
        }
        let trueDeadline = nodes[node].clock.time(of: deadline)
        var arrival = max(time, nodes[node].connectedAt) + delay()
        if !conditions.isSmooth, random.chance(0.01) { arrival = arrival + random.number(0...5) }
        if isDown, conditions.storeDown == .stopped {
            arrival = max(arrival, conditions.storeDownUntil + random.number(0...0.01))
        }
        let isLost =
            time < conditions.partitionedUntil[node] || (isDown && conditions.storeDown == .swallows)
            || (!conditions.isSmooth && random.chance(0.005))
        let isAwaited = !isLost && arrival < trueDeadline
        if !isAwaited {
            queue.push(.deliver(node: node, life: life, failure(id, isLease, .timedOut)), at: trueDeadline)
        }
        guard !isLost else { return }
        let request = StoreRequest(
            node: node, life: life, holder: nodes[node].holder, id: id, connection: nodes[node].connection,
            command: command, deadline: trueDeadline, isAwaited: isAwaited)
        queue.push(.storeReceives(Shared(request)), at: arrival)
    }

    /// One way's delay.
    mutating func delay() -> Double {
        var delay = random.number(0.000_5...0.01)
        if time < conditions.storeSlowUntil { delay += random.pick([0, 0.2, 0.6, 2, 4]) * random.nextUnit() }
        return delay
    }

    private func failure(_ id: RequestID, _ isLease: Bool, _ error: StoreError) -> Delivery {
        isLease ? .leaseFailed(id, error) : .credentialAnswered(id, .failure(error))
    }

    /// A command reaches the store: it runs, at this one moment, and its answer goes back.
    mutating func storeReceives(_ request: StoreRequest) {
        guard time >= conditions.storeDownUntil else { return lose(request, isLease: request.isLease) }
        let answer = execute(request)
        if redis.hasHint { sendHints() }
        guard request.isAwaited else { return }
        let arrival = time + delay()
        let isLost =
            time < conditions.repliesLostUntil[request.node] || time < conditions.partitionedUntil[request.node]
            || (!conditions.isSmooth && random.chance(options.lostReplies))
        if isLost || arrival >= request.deadline { return lose(request, isLease: request.isLease) }
        queue.push(.deliver(node: request.node, life: request.life, answer), at: arrival)
    }

    private mutating func execute(_ request: StoreRequest) -> Delivery {
        let server = ServerIdentity(run: redis.run, connection: request.connection)
        switch request.command {
        case .lease(.tick(let tick)):
            let found = redis.perform(tick, as: request.holder, at: time)
            return .leaseAnswered(
                Shared(
                    LeaseAnswer(
                        id: request.id, reply: LeaseReply(server: server, answer: .ticked(found)), ranAt: time,
                        isComplete: found.isComplete, hasChanges: !found.changes.isEmpty)))
        case .lease(let command):
            let (before, steals) = (redis.contents.lease, redis.sightings[.steal])
            let reply = redis.perform(command, as: request.holder, at: time)
            if redis.sightings[.steal] > steals, let before { checkTakeover(of: before, by: request, reply) }
            granted(reply, request)
            if trace.isOn { tell("store", "\(nodes[request.node].name) \(describe(command)): \(describe(reply))") }
            let answer = LeaseReply(server: server, answer: reply)
            return .leaseAnswered(Shared(LeaseAnswer(id: request.id, reply: answer, ranAt: time)))
        case .credential(let command):
            let (outcome, record) = run(command, request)
            if trace.isOn { tell("store", "\(nodes[request.node].name) \(describe(command)): \(outcome)") }
            let reply = CredentialReply(
                server: server, store: redis.contents.store ?? "", outcome: outcome, record: record)
            return .credentialAnswered(request.id, .success(reply))
        }
    }

    /// The answer of an awaited command will not come: its sender finds out at the deadline.
    mutating func lose(_ request: StoreRequest, isLease: Bool) {
        guard request.isAwaited else { return }
        let delivery = failure(request.id, isLease, .timedOut)
        queue.push(.deliver(node: request.node, life: request.life, delivery), at: request.deadline)
    }

    /// Remembers the true moment up to which a lease was granted.
    private mutating func granted(_ answer: LeaseReply.Answer, _ request: StoreRequest) {
        switch answer {
        case .granted, .resumed, .renewed:
            if nodes[request.node].life == request.life { nodes[request.node].grantedAt = time }
        default: break
        }
    }

    private mutating func sendHints() {
        redis.hasHint = false
        for node in nodes.indices where nodes[node].isAlive && random.chance(0.8) {
            guard time >= conditions.partitionedUntil[node], time >= conditions.repliesLostUntil[node] else { continue }
            push(.event(.hinted), to: node, nodes[node].life, after: delay())
        }
    }

    // MARK: The answer at the node

    mutating func leaseAnswered(_ answer: LeaseAnswer, _ node: Int) {
        guard let command = nodes[node].takeCommand(answer.id) else { return }
        guard nodes[node].clock.instant(at: time) < command.deadline else { return timedOut(command, node) }
        if answer.isComplete { nodes[node].syncedAt = max(nodes[node].syncedAt, answer.ranAt) }
        feed(.leaseReplied(request: answer.id, reply: .success(answer.reply)), to: node)
        guard answer.hasChanges, case .ticked(let tick) = answer.reply.answer else { return }
        // A node that finds another server than before passes over the changes and reads everything anew.
        guard nodes[node].isAlive, nodes[node].core.position == tick.position else { return }
        for record in tick.changes { nodes[node].heard(record, index(of: record.app)) }
    }

    mutating func leaseFailed(_ id: RequestID, _ error: StoreError, _ node: Int) {
        guard let command = nodes[node].takeCommand(id) else { return }
        let isLate = nodes[node].clock.instant(at: time) >= command.deadline
        if isLate || error == .timedOut { return timedOut(command, node) }
        feed(.leaseReplied(request: id, reply: .failure(error)), to: node)
    }

    private mutating func timedOut(_ command: SimulatedNode.PendingCommand, _ node: Int) {
        feed(.leaseReplied(request: command.id, reply: .failure(.timedOut)), to: node)
        breakConnection(command.connection, node, failsAll: sharesConnection)
    }

    mutating func credentialAnswered(
        _ id: RequestID, _ result: Result<CredentialReply, StoreError>, _ node: Int
    ) {
        guard let command = nodes[node].takeCommand(id) else { return }
        var result = result
        if nodes[node].clock.instant(at: time) >= command.deadline { result = .failure(.timedOut) }
        feed(.appReplied(request: id, reply: .stored(result)), to: node)
        if nodes[node].isAlive, case .success(let reply) = result, let record = reply.record {
            nodes[node].heard(record, index(of: record.app))
        }
        if case .failure(.timedOut) = result { breakConnection(command.connection, node, failsAll: sharesConnection) }
    }

    /// A missing answer ends its connection, so that no later answer can be mistaken for it.
    ///
    /// Whatever else waits on that connection fails with it.
    mutating func breakConnection(_ connection: UInt64, _ node: Int, failsAll: Bool) {
        guard nodes[node].isAlive, connection == nodes[node].connection else { return }
        nodes[node].connection += 1
        nodes[node].connectedAt = time + random.number(0.001...0.03)
        guard failsAll else { return }
        let others = nodes[node].commands.filter { $0.connection == connection }
        for other in others {
            guard nodes[node].takeCommand(other.id) != nil else { continue }
            feed(
                other.isLease
                    ? .leaseReplied(request: other.id, reply: .failure(.timedOut))
                    : .appReplied(request: other.id, reply: .stored(.failure(.timedOut))),
                to: node)
        }
    }
}

extension StoreRequest {
    var isLease: Bool {
        if case .lease = command { true } else { false }
    }
}

extension LeaseCommand {
    var isTick: Bool {
        if case .tick = self { true } else { false }
    }
}
