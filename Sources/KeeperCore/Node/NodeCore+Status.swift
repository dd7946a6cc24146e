// What a node says of itself.
extension NodeCore {
    /// How this node is, for health checks.
    public func health(at now: Instant) -> NodeHealth {
        var ill: [AppStatus] = []
        var illCount = 0
        var lastIll: AppID?
        for index in refreshers.indices {
            let status = appStatus(index, at: now)
            guard !status.isWell else { continue }
            // An app and its tickets, which come right after it, are ill as one.
            let app = refreshers[index].app.owner ?? status.app
            if app != lastIll { illCount += 1 }
            lastIll = app
            if ill.count < NodeHealth.mostIll { ill.append(status) }
        }
        let isLeader = elector.isLeader(at: now)
        let age = sync.age(at: now)
        return NodeHealth(
            node: holder.node, role: role(at: now), leader: leaderName(at: now),
            epoch: elector.highestEpochSeen, leaseLeft: isLeader ? elector.term.map { $0.validUntil - now } : nil,
            isStoreReachable: sync.isReachable ?? false, syncAge: age, reasonsNotReady: reasonsNotReady(at: now),
            isStale: confirmationAge(at: now).map { $0 > NodeSettings.staleAfter } ?? true,
            appCount: refreshers.count { !$0.app.line.isTicket }, ill: ill,
            illCount: illCount, storeRefusal: sync.refusal)
    }

    /// Who leads as far as this node can say; nil if nobody does.
    func leaderName(at now: Instant) -> NodeName? {
        if elector.isLeader(at: now) { return holder.node }
        // A lease that was last seen so long ago has run out since, or somebody else renews it.
        return sync.age(at: now).flatMap { $0 < settings.timing.observation ? leaderHint?.holder.node : nil }
    }

    private func role(at now: Instant) -> NodeHealth.Role {
        if elector.isLeader(at: now) { return .leader }
        return elector.awaitsGrant ? .candidate : .follower
    }

    func reasonsNotReady(at now: Instant) -> [NodeHealth.ReasonNotReady] {
        var reasons: [NodeHealth.ReasonNotReady] = []
        if departure.isForGood { reasons.append(.draining) }
        let apps = refreshers.lazy.filter { !$0.app.line.isTicket }
        let hasAnyToken = apps.contains { $0.hasToken(at: now) }
        if sync.age(at: now) == nil, !hasAnyToken { reasons.append(.starting) }
        if apps.contains(where: { !$0.mayBeMissing && isAwaited($0.app.id) }) {
            reasons.append(.appsNotAskedYet)
        }
        if !hasAnyToken { reasons.append(.noValidToken) }
        if isOutOfStep(at: now) { reasons.append(.outOfStep) }
        return reasons
    }

    /// Behind others, or cut off from everybody.
    ///
    /// With the store away for all nobody can rotate, so an old cache is still right and nobody leaves.
    private func isOutOfStep(at now: Instant) -> Bool {
        guard let age = sync.age(at: now), rules.isUnsure(afterSilenceOf: age, allowed: settings.readerLease) else {
            return false
        }
        let hasOthers = sync.members.contains { $0.holder.incarnation != holder.incarnation }
        return sync.isReachable == true || (hasOthers && !others.query.anyoneAnswered)
    }

    /// What this node knows of the cluster.
    public func status(at now: Instant) -> NodeStatus {
        let quiet = elector.isLeader(at: now) ? elector.term.map { $0.quietLeft(settings.timing, at: now) } : nil
        return NodeStatus(
            health: health(at: now), holder: holder, uptime: now - setup.startedAt,
            quietLeft: quiet.flatMap { $0 > .zero ? $0 : nil },
            pauseLeft: lock.pauseEnds.map { ($0 - now).atLeastZero }, members: sync.members, neighbours: findings,
            spoiled: sync.spoiled.all(at: now),
            apps: refreshers.indices.map { appStatus($0, at: now) }, counters: out.counters)
    }

    private func appStatus(_ index: Int, at now: Instant) -> AppStatus {
        AppStatus(refreshers[index].app, refreshers[index].report(situation.leadership, at: now), at: now)
    }

    /// What this node tells another that asks.
    public func memberState(at now: Instant) -> MemberState {
        MemberState(
            holder: holder, highestEpochSeen: elector.highestEpochSeen, syncAge: confirmationAge(at: now),
            records: refreshers.compactMap { $0.shareable(at: now) })
    }

    /// Time since everything known was confirmed; nil if never, or if nobody vouches for what was found in the store.
    public func confirmationAge(at now: Instant) -> Duration? { others.isCold ? nil : sync.age(at: now) }

    /// Whom this node believes to lead, itself included.
    public func leader(at now: Instant) -> LeaderHint? {
        if elector.isLeader(at: now), let term = elector.term { return LeaderHint(holder: holder, epoch: term.epoch) }
        return leaderHint
    }

    /// Another node that holds the lease as far as the record and the lock show; nil if none does.
    ///
    /// Asked at every event. In place it reads three fields; as a call it would be handed a copy of the whole node.
    @inline(__always)
    var leaderHint: LeaderHint? {
        LeaderHint(elector.record, isLockHeld: lock.isHeld, seenFrom: holder)
    }
}

extension AppStatus {
    fileprivate init(_ app: AppSettings, _ report: CredentialReport, at now: Instant) {
        let token = report.token
        self.init(
            app: app.id, line: app.line, version: token?.version ?? 0, epoch: token?.epoch ?? .none,
            fingerprint: token?.fingerprint, left: token.map { ($0.expiresAt - now).atLeastZero }, life: token?.life,
            age: token.map { (now - $0.issuedAt).atLeastZero }, isUncertain: report.isUncertain,
            trouble: report.trouble,
            nextAttempt: report.nextAttempt, rotationsToday: report.rotationsToday,
            externalRotations: report.externalRotations)
    }
}
