// What a node says of itself.
extension NodeCore {
    /// How this node is, for health checks.
    public func health(at now: Instant) -> NodeHealth { facts.health(at: now) }

    /// What that is judged from, for whoever must answer without this node.
    ///
    /// It changes nothing, but a node that may be changed need not be copied.
    public mutating func healthFacts() -> HealthFacts { facts }

    @inline(__always)
    var facts: HealthFacts {
        HealthFacts(
            node: holder.node, rules: rules, readerLease: settings.readerLease,
            observation: settings.timing.observation, lastTurn: turns.last, standing: elector.standing,
            otherLeader: leaderHint?.holder.node, epoch: elector.highestEpochSeen,
            syncedAt: sync.confirmedAt, isCold: others.isCold, store: sync.reach,
            isCutOff: hasOtherMembers && !others.query.anyoneAnswered, isDraining: departure.isForGood,
            awaited: awaitedApps, credentials: directory.health)
    }

    /// Takes in how an app is, after anything that may have changed it.
    mutating func noteHealth(of index: Int) { directory.health[index] = refreshers[index].facts }

    private var hasOtherMembers: Bool { sync.members.contains { $0.holder.incarnation != holder.incarnation } }

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
            holder: holder, highestEpochSeen: elector.highestEpochSeen,
            syncAge: facts.confirmedAt.map { (now - $0).atLeastZero },
            records: refreshers.compactMap { $0.shareable(at: now) })
    }

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
