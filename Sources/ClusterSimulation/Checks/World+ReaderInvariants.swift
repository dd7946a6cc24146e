internal import KeeperCore

/// The invariants about what readers get, and that everything heals.
extension World {
    /// A node hands out another token: never an older one.
    mutating func serves(_ app: AppID, _ served: ServedCredential?, _ node: Int) {
        let app = index(of: app)
        if let credential = served?.credential, let newest = nodes[node].newestServed[app],
            credential.isOlder(than: newest)
        {
            violate(
                .servedOlder,
                "\(nodes[node].name) \(apps[app]): \(newest.epoch)/\(newest.version), "
                    + "then \(credential.epoch)/\(credential.version)")
        }
        nodes[node].serves(served, app)
    }

    /// What a reader gets must live, as far as the node could know.
    mutating func checkServed(_ served: ServedCredential, _ app: Int, _ node: Int, _ now: Instant) {
        guard let promise = served.expiresIn(at: now),
            let number = wechat.number(served.credential.token, of: app)
        else { return }
        checkPromise(promise, number, app, node)
        if wechat.accounts[app].issues[number].supersededAt != nil { checkDropped(served, number, app, node, now) }
    }

    /// What is promised to a reader must not be more than WeChat gave.
    private mutating func checkPromise(_ promise: Int64, _ number: Int, _ app: Int, _ node: Int) {
        let excess = (time + Double(promise)) - wechat.accounts[app].issues[number].expiresAt
        guard excess > 1 else { return }
        let issue = wechat.accounts[app].issues[number]
        let tolerance = 1 + 0.03 * issue.life + (books[app].lateness[number] ?? 0)
        if excess > tolerance, clockTamperedAt < issue.at {
            violate(
                .servedExpired,
                "\(nodes[node].name) \(apps[app]): token \(number) for \(promise) s, "
                    + "it has \(decimal(issue.expiresAt - time)) s")
        }
    }

    /// A token that a rotation of the cluster has ended: the node must not have been able to know.
    private mutating func checkDropped(
        _ served: ServedCredential, _ number: Int, _ app: Int, _ node: Int, _ now: Instant
    ) {
        let issue = wechat.accounts[app].issues[number]
        guard let successorAt = issue.supersededAt, !issue.isSupersededExternally, issue.revokedAt == nil,
            wechat.accounts[app].issues[number + 1].isRotation, time >= successorAt + wechat.overlap,
            time < issue.expiresAt, !served.isUncertain(at: now), !options.breaksAssumptions,
            books[app].lostAt + 30 < issue.at, clockTamperedAt < issue.at
        else { return }
        let promised = served.promisedUntil.map { nodes[node].clock.time(of: $0) - time > 0.5 } ?? false
        let knew = time - nodes[node].syncedAt < 0.85 * wechat.overlap
        guard promised || knew else { return }
        violate(
            .servedDead,
            "\(nodes[node].name) \(apps[app]): token \(number), replaced at \(decimal(successorAt.seconds)); "
                + "the node last read the store at \(decimal(nodes[node].syncedAt.seconds))")
    }

    /// A node that knows of others and has heard from nobody for the reader lease sends its callers away (I4).
    mutating func checkReadiness(_ node: Int, _ now: Instant) {
        let longest = nodes[node].clock.trueSeconds(readerLease) + 5
        // One that has just woken must be given the time to ask.
        guard time - nodes[node].heardAt > longest, time > nodes[node].pausedUntil + 2 else { return }
        let status = nodes[node].core.status(at: now)
        guard status.health.isReady, status.members.count > 1 else { return }
        violate(.readyUnheard, "\(nodes[node].name) since \(decimal(nodes[node].heardAt.seconds))")
    }

    mutating func checkWaiters(_ node: Int) {
        guard time > nodes[node].pausedUntil + 1 else { return }
        let waiters = nodes[node].waiters.indices
        guard waiters.contains(where: { nodes[node].waiters[$0].overdueAt < time }) else { return }
        let overdue = nodes[node].waiters.filter { $0.overdueAt < time }
        guard let first = overdue.min(by: { $0.id.rawValue < $1.id.rawValue }) else { return }
        _ = nodes[node].takeWaiter(first.id)
        violate(
            .waiterForgotten,
            "\(nodes[node].name) waiter \(first.id.rawValue) for \(apps[first.app]), "
                + "\(first.sender == nil ? "a caller" : "another node"), asked at \(decimal(first.askedAt.seconds))")
    }

    mutating func checkLeaving(_ node: Int) {
        guard let since = nodes[node].leavingSince, !nodes[node].hasLeft,
            time - max(since, nodes[node].pausedUntil) > settings.timing.callTimeout.inSeconds * 2 + 6
        else { return }
        violate(.neverLeft, "\(nodes[node].name), asked at \(decimal(since.seconds))")
        kill(node, restartsAfter: 1)
    }

    // MARK: Healing

    /// Looks whether everything is well right now; it must be at least once in the last seconds.
    mutating func checkHealing() {
        if nodes.count(where: leads) == 1, nodes.allSatisfy(\.isAlive) { ledAt = time }
        for app in apps.indices where nodes.allSatisfy({ $0.isAlive && isWell(app, $0) }) {
            books[app].healedAt = time
        }
    }

    private func leads(_ node: SimulatedNode) -> Bool {
        node.isAlive && node.gate.epoch != nil && node.clock.instant(at: time) < node.gate.validUntil
    }

    private func isWell(_ app: Int, _ node: SimulatedNode) -> Bool {
        let now = node.clock.instant(at: time)
        // A token that came with a forwarded answer counts from the question, so its end may be seen that much early.
        guard let served = node.served[app], served.credential.expiresAt + settings.timing.forwardTimeout > now,
            served.promisedUntil == nil || (books[app].hasForgottenUncertainty && !leads(node)),
            let number = wechat.number(served.credential.token, of: app), wechat.lives(number, of: app, at: time)
        else { return false }
        return number == books[app].newestIssue || books[app].hasLostHistory || options.breaksAssumptions
    }

    /// Whether nobody can expect an app to be well: its secret is wrong; or an external rotation has ended its token so
    /// late that the watch needs longer; or a step of the store's clock hides from restarted nodes what is left.
    private func isExcused(_ app: Int) -> Bool {
        guard !wechat.accounts[app].isMisconfigured, let newest = books[app].newestIssue else {
            return wechat.accounts[app].isMisconfigured
        }
        let window = options.horizon - 25
        let isTakenLate = (max(0, newest - 2)...newest).contains { number in
            wechat.accounts[app].issues[number].isSupersededExternally
                && wechat.end(of: number, of: app).seconds > window
        }
        // A token of the last seconds may have had no time to be seen; what it replaced was hidden or not.
        let isLate = wechat.accounts[app].issues[newest].at.seconds > options.horizon - WorldOptions.healingWindow
        let settled = max(0, isLate ? newest - 1 : newest)
        return isTakenLate || clockTamperedAt >= wechat.accounts[app].issues[settled].at
    }

    /// The last word on a world.
    mutating func conclude() -> WorldReport {
        let calm = WorldTime.seconds(options.horizon - WorldOptions.healingWindow)
        if report.violations.count < WorldReport.mostViolations {
            if ledAt < calm { violate(.noSingleLeader, "not once in the last \(WorldOptions.healingWindow) s") }
            for app in apps.indices where !isExcused(app) && books[app].healedAt < calm {
                let states = nodes.map { "\($0.name) \(isWell(app, $0) ? "well" : describe($0.served[app]))" }
                violate(
                    .notHealed,
                    "\(apps[app]) (\(wechat.accounts[app].line)): newest \(books[app].newestIssue ?? -1); "
                        + states.joined(separator: ", "))
            }
        }
        report.terms = redis.termCount
        report.issues = wechat.accounts.reduce(0) { $0 + $1.issues.count { $0.caller != nil } }
        if options.onlyStoreFails, report.issues > apps.count {
            violate(.callOnStoreLoss, "\(report.issues) tokens for \(apps.count) apps")
        }
        report.sightings.add(redis.sightings)
        report.sightings.count(.strictTwo, wechat.strictRefusals)
        report.sightings.count(.repeatedEpoch, redis.repeatedEpochs)
        return report
    }

    private func describe(_ served: ServedCredential?) -> String {
        guard let served else { return "serves nothing" }
        return "serves \(served.credential.token.secret) of \(served.credential.epoch)/\(served.credential.version)"
            + (served.promisedUntil == nil ? "" : " that is uncertain")
    }
}
