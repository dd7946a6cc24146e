internal import KeeperCore

/// Business servers: they read what is served, report tokens, and wait for answers.
extension World {
    /// Somebody asks some node for another token.
    mutating func ask() {
        guard let askGap else { return }
        let last = options.horizon - settings.timing.forwardTimeout.inSeconds - 3
        guard time.seconds < last else { return }
        queue.push(.ask, at: time + random.interval(mean: askGap))
        let node = random.index(nodes.count)
        let app = random.index(apps.count)
        guard nodes[node].isAlive else { return }
        let reason = reason(node, app)
        let longest = random.pick([1, 5, 9, 17])
        let patience = Duration.seconds(options.isGentle ? 17 : longest)
        askRefresh(
            of: node, app, reason, until: nodes[node].clock.instant(at: time) + patience, sender: nil, after: 0.000_5)
    }

    private mutating func reason(_ node: Int, _ app: Int) -> RefreshRequest.Reason {
        if random.chance(operators) { return .operatorAsked }
        let issues = wechat.accounts[app].issues
        switch random.index(10) {
        case 0: return .refused(Token("never-issued"))
        case 1...4 where !issues.isEmpty: return .refused(issues[random.index(issues.count)].token)
        case 5 where !issues.isEmpty: return .refused(issues[issues.count - 1].token)
        default: return .refused(nodes[node].served[app]?.credential.token ?? Token("never-issued"))
        }
    }

    /// An answer leaves a node.
    mutating func answered(_ id: WaiterID, _ answer: RefreshAnswer, _ node: Int, _ now: Instant) {
        guard let waiter = nodes[node].takeWaiter(id) else {
            return violate(.waiterAnsweredTwice, "\(nodes[node].name) waiter \(id.rawValue)")
        }
        if time - waiter.askedAt > 1 { report.sightings.count(.longHold) }
        switch answer {
        case .token(let served, _, let refreshed, let stillValid):
            if refreshed { report.sightings.count(.refreshed) }
            if stillValid { report.sightings.count(.stillValid) }
            checkServed(served, waiter.app, node, now)
        case .tooSoon: report.sightings.count(.tooSoon)
        case .refused: report.sightings.count(.refused)
        case .unavailable: report.sightings.count(.unavailable)
        case .notLeader: break
        }
        if options.isGentle, waiter.sender == nil { checkGentleAnswer(answer, waiter, node) }
        if let sender = waiter.sender { carryBack(answer, to: sender, from: node, now) }
    }

    /// Readers look at every node that answers; one that finds its token dead reports it.
    mutating func read() {
        queue.push(.read, at: time + 0.4)
        for node in nodes.indices where nodes[node].isAlive && time >= nodes[node].pausedUntil {
            let now = nodes[node].clock.instant(at: time)
            for app in apps.indices {
                guard let served = nodes[node].served[app], served.credential.expiresAt > now else { continue }
                checkServed(served, app, node, now)
                let token = served.credential.token
                guard askGap != nil, time.seconds < options.horizon - 8, random.chance(0.2),
                    !wechat.accepts(token, of: app, at: time)
                else { continue }
                askRefresh(of: node, app, .refused(token), until: now + .seconds(17), sender: nil, after: 0.000_5)
            }
            checkReadiness(node, now)
            checkWaiters(node)
            checkLeaving(node)
        }
        if options.isGentle { checkLed() }
        if time.seconds > options.horizon - WorldOptions.healingWindow { checkHealing() }
    }
}
