internal import KeeperCore

/// The way from node to node: forwarded refreshes and questions about what is known.
extension World {
    /// One way's delay between two nodes; nil if the packet is lost.
    private mutating func hop(_ from: Int, _ to: Int) -> Double? {
        let isLost = conditions.areParted(from, to, at: time) || (!conditions.isSmooth && random.chance(0.005))
        let delay = random.number(0.000_2...0.005)
        return isLost ? nil : delay
    }

    mutating func forward(_ id: RequestID, _ forwarding: Forwarding, _ node: Int, _ now: Instant) {
        report.sightings.count(.forwarded)
        nodes[node].forwards.append(id)
        let life = nodes[node].life
        let end = max(nodes[node].clock.time(of: forwarding.deadline), time)
        queue.push(.deliver(node: node, life: life, .forwardEnded(id, .failed(reason: "timed out"))), at: end)
        guard let leader = nodes.firstIndex(where: { $0.holder.address == forwarding.leader.holder.address }),
            nodes[leader].isAlive
        else { return push(.forwardEnded(id, .failed(reason: "connection refused")), to: node, life, after: 0.002) }
        guard let delay = hop(node, leader) else { return }
        let arrival = nodes[leader].clock.instant(at: time + delay)
        askRefresh(
            of: leader, index(of: forwarding.app), forwarding.reason, until: arrival + (forwarding.deadline - now),
            sender: .init(node: node, life: life, request: id), after: delay)
    }

    /// Brings a refresh to a node.
    mutating func askRefresh(
        of node: Int, _ app: Int, _ reason: RefreshRequest.Reason, until deadline: Instant, sender: Waiter.Sender?,
        after delay: Double
    ) {
        if case .operatorAsked = reason { books[app].operatorAskedAt = time }
        nodes[node].lastWaiter += 1
        let id = WaiterID(nodes[node].lastWaiter)
        let waiter = Waiter(
            id: id, app: app, askedAt: time, sender: sender, overdueAt: nodes[node].clock.time(of: deadline))
        let request = RefreshRequest(
            waiter: id, app: apps[app], reason: reason, deadline: deadline, isForwarded: sender != nil)
        push(.asked(waiter, request), to: node, nodes[node].life, after: delay)
        if random.chance(0.3) {
            let end = nodes[node].clock.time(of: deadline)
            queue.push(.deliver(node: node, life: nodes[node].life, .hungUp(id)), at: max(end, time + delay))
        }
    }

    /// Brings the leader's answer back to the node that has forwarded.
    mutating func carryBack(_ answer: RefreshAnswer, to sender: Waiter.Sender, from node: Int, _ now: Instant) {
        let outcome: ForwardOutcome
        switch answer {
        case .token(let served, let previous, let refreshed, let stillValid):
            let record = CredentialRecord(
                served, previous: previous, usableOverlap: settings.usableOverlap, at: now)
            outcome = .token(record: record, refreshed: refreshed, stillValid: stillValid)
        case .notLeader:
            report.sightings.count(.misdirected)
            outcome = .answered(answer)
        default: outcome = .answered(answer)
        }
        guard let delay = hop(node, sender.node) else { return }
        push(.forwardEnded(sender.request, outcome), to: sender.node, sender.life, after: delay)
    }

    // MARK: What members know

    mutating func askMembers(_ id: RequestID, _ members: [Member], _ node: Int) {
        let life = nodes[node].life
        nodes[node].questions.append(.init(id: id, missing: members.count))
        let patience = nodes[node].clock.trueSeconds(settings.timing.commandTimeout * 2)
        push(.memberTold(id, nil), to: node, life, after: patience)
        for member in members {
            guard let other = nodes.firstIndex(where: { $0.holder.node == member.holder.node }) else { continue }
            guard nodes[other].isAlive, let delay = hop(node, other) else { continue }
            push(.memberAsks(node: node, life: life, id), to: other, nodes[other].life, after: delay)
        }
    }

    /// Every node of a world keeps the same apps and is where it says, so this draws no lots of its own.
    mutating func introduce(_ id: RequestID, _ member: Member, _ apps: AppsDigest, _ node: Int) {
        let other = nodes.firstIndex { $0.holder == member.holder && $0.isAlive }
        let isReached = other.map { !conditions.areParted(node, $0, at: time) } ?? false
        let outcome: IntroductionOutcome =
            isReached
            ? .answered(Introduction(holder: member.holder, apps: nil)) : .failed(reason: "connection refused")
        push(.event(.introduced(request: id, outcome: outcome)), to: node, nodes[node].life, after: 0.001)
    }

    mutating func tellMember(_ asker: Int, _ life: Int, _ id: RequestID, _ node: Int) {
        guard let delay = hop(node, asker) else { return }
        let state = nodes[node].core.memberState(at: nodes[node].clock.instant(at: time))
        push(.memberTold(id, state), to: asker, life, after: delay)
    }

    mutating func memberTold(_ id: RequestID, _ state: MemberState?, _ node: Int) {
        guard let index = nodes[node].questions.firstIndex(where: { $0.id == id }) else { return }
        if let state {
            nodes[node].questions[index].states.append(state)
            nodes[node].questions[index].missing -= 1
            guard nodes[node].questions[index].missing == 0 else { return }
        }
        let question = nodes[node].questions.remove(at: index)
        feed(.membersAnswered(request: id, states: question.states), to: node)
    }
}
