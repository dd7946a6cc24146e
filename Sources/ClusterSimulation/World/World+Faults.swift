internal import KeeperCore

/// What goes wrong, one at a time, until the calm.
extension World {
    mutating func fault() {
        guard !conditions.isCalm else { return }
        let gap = options.isGentle ? random.number(20...30) : random.interval(mean: options.faultGap)
        queue.push(.fault, at: time + gap)
        let fault = random.pick(options.faults)
        tell("fault", fault.rawValue)
        switch fault {
        case .pause, .pauseLeader, .kill, .killLeader, .stepDown, .switchover, .leave: strikeNode(fault)
        case .takeoversPaused: redis.pause(for: .seconds(random.number(1...8)), at: time)
        case .storeClockForward, .storeClockBack, .storeClockFrozen: strikeClock(fault)
        case .storeWiped, .storeSlow, .storeDown, .storeRestarted, .storeRolledBack, .lockDeleted, .leaseDeleted,
            .recordDeleted:
            strikeStore(fault)
        case .partition, .repliesLost, .nodesParted: strikeNetwork(fault)
        case .leaderCutFromWeChat, .wechatDown, .wechatErrors, .externalRotation, .tokenRevoked, .lifeChanged:
            strikeWeChat(fault)
        }
    }

    /// Ends every fault: from here on everything must heal.
    mutating func calm() {
        tell("calm", "no fault from now on")
        conditions.calm()
        redis.contents.pausedUntil = nil
        if redis.clock.isFrozen {
            redis.clock.setFrozen(false, at: time)
            conditions.clockTamperedAt = time
        }
        for node in nodes.indices where time < nodes[node].pausedUntil {
            nodes[node].pausedUntil = time
            resume(node)
        }
    }

    /// The node that believes to lead, if one does.
    private func leader() -> Int? {
        nodes.firstIndex { $0.isAlive && $0.gate.epoch != nil && $0.clock.instant(at: time) < $0.gate.validUntil }
    }

    private mutating func strikeNode(_ fault: Fault) {
        let anyone = random.index(nodes.count)
        let leader = leader() ?? anyone
        switch fault {
        case .pause: pause(anyone, for: random.pick([0.3, 1, 3, 5, 7, 9, 15]) * random.number(0.7...1.3))
        case .pauseLeader: pause(leader, for: random.number(4...14))
        case .kill, .killLeader:
            let hasKeeper = nodes.contains { $0.index != leader && $0.isAlive && !$0.served.contains(nil) }
            if options.onlyStoreFails, !hasKeeper { return }
            let restart = random.chance(0.25) ? random.number(0.02...0.2) : random.number(0.2...3)
            kill(fault == .kill ? anyone : leader, restartsAfter: restart)
        case .stepDown:
            if nodes[leader].isAlive { push(.event(.handoverAsked(to: nil)), to: leader, nodes[leader].life, after: 0) }
        case .switchover:
            guard nodes[leader].isAlive else { return }
            let successor = nodes[random.index(nodes.count)].holder.node
            push(.event(.handoverAsked(to: successor)), to: leader, nodes[leader].life, after: 0)
        case .leave:
            let node = random.chance(0.5) ? anyone : leader
            guard nodes[node].isAlive, nodes[node].leavingSince == nil else { return }
            nodes[node].leavingSince = time
            push(.event(.leaveAsked), to: node, nodes[node].life, after: 0)
        default: preconditionFailure("\(fault) strikes no node")
        }
    }

    private mutating func strikeClock(_ fault: Fault) {
        switch fault {
        case .storeClockForward: setStoreClock(by: random.pick([2, 5, 10, 3600]))
        case .storeClockBack: setStoreClock(by: -random.pick([2, 5, 10, 3600]))
        case .storeClockFrozen:
            conditions.clockTamperedAt = time
            redis.clock.setFrozen(!redis.clock.isFrozen, at: time)
        default: preconditionFailure("\(fault) strikes no clock")
        }
    }

    mutating func setStoreClock(by seconds: Double) {
        conditions.clockTamperedAt = time
        redis.clock.step(by: seconds, at: time)
    }

    /// Ends the store's server and starts it again with what it knew so many seconds ago; 0 loses nothing.
    mutating func restartStore(rollingBackTo age: Double) {
        let before = redis
        redis.restart(rollingBackTo: age, at: time)
        noteForgottenUncertainties(since: before)
        conditions.storeDown = .refuses
        conditions.storeDownUntil = time + random.number(0.05...2)
        for node in nodes.indices where nodes[node].isAlive {
            push(.connectionReset(nodes[node].connection), to: node, nodes[node].life, after: 0.001)
        }
        guard age > 0 else { return }
        for app in apps.indices { books[app].loseHistory(at: time) }
    }

    /// The store was changed from outside: what the record told of an uncertainty, or would have told a node of its
    /// end, is forgotten.
    private mutating func noteForgottenUncertainties(since before: RedisModel) {
        for app in apps.indices {
            let (old, new) = (before.stored(apps[app]), redis.stored(apps[app]))
            guard new != old, !isUncertain(new) else { continue }
            let isRemembered = nodes.contains { $0.isAlive && $0.served[app]?.promisedUntil != nil }
            if isRemembered || isUncertain(old) { books[app].hasForgottenUncertainty = true }
        }
    }

    private func isUncertain(_ record: StoredCredential?) -> Bool {
        record?.intent != nil || record?.uncertainty != nil
    }

    mutating func strikeStore(_ fault: Fault) {
        let before = redis
        defer { noteForgottenUncertainties(since: before) }
        switch fault {
        case .storeWiped:
            redis.wipe()
            for app in apps.indices { books[app].loseHistory(at: time) }
        case .storeSlow: conditions.storeSlowUntil = time + random.number(1...8)
        case .storeDown:
            conditions.storeDown = random.pick([.refuses, .swallows, .stopped])
            conditions.storeDownUntil = time + random.number(0.5...9)
        case .storeRestarted: restartStore(rollingBackTo: 0)
        case .storeRolledBack: restartStore(rollingBackTo: random.number(0.1...6))
        case .lockDeleted: redis.contents.lock = nil
        case .leaseDeleted: redis.contents.lease = nil
        case .recordDeleted:
            let app = random.index(apps.count)
            redis.contents.credentials.removeAll { $0.app == apps[app] }
            books[app].loseHistory(at: time)
        default: preconditionFailure("\(fault) does not strike the store")
        }
    }

    private mutating func strikeNetwork(_ fault: Fault) {
        let node = random.index(nodes.count)
        let end = time + random.number(1...12)
        switch fault {
        case .partition: conditions.partitionedUntil[node] = end
        case .repliesLost: conditions.repliesLostUntil[node] = end
        case .nodesParted: conditions.part(node, random.index(nodes.count), until: end)
        default: preconditionFailure("\(fault) does not strike the network")
        }
    }

    private mutating func strikeWeChat(_ fault: Fault) {
        let app = random.index(apps.count)
        let isClassic = wechat.accounts[app].line == .classic
        switch fault {
        case .leaderCutFromWeChat:
            conditions.wechatCutUntil[leader() ?? random.index(nodes.count)] = time + random.number(3...30)
        case .wechatDown: conditions.wechatDownUntil = time + random.number(1...10)
        case .wechatErrors: conditions.wechatErrsUntil = time + random.number(1...6)
        case .externalRotation:
            // Harmless on the stable line, so not a fault there.
            if isClassic { _ = wechat.process(.classic, of: app, by: nil, at: time) }
        case .tokenRevoked: wechat.revoke(app, at: time)
        case .lifeChanged: wechat.accounts[app].life = max(4, wechat.accounts[app].life * random.number(0.5...1.5))
        default: preconditionFailure("\(fault) does not strike WeChat")
        }
    }
}
