/// All that a node's health is judged from, as the last event has left it.
///
/// The shell shows it to whoever asks on another thread. What time alone changes is judged at the moment of the
/// question: a lease runs out, a confirmation grows old, a token ends, and a node that does not get to look at events
/// is stuck. So the answer is the same as the node's own, and true even if the node never gives one again.
///
/// A copy shares what it holds, and costs no more with ten thousand apps than with one.
public struct HealthFacts: Sendable {
    let node: NodeName
    let rules: Rules
    /// How long a node may hear from nobody.
    let readerLease: Duration
    /// How long a lease that was seen held lasts at most.
    let observation: Duration
    /// When the last event was looked at.
    let lastTurn: Instant
    let standing: Standing
    /// Another node that held the lease when the store was last read.
    let otherLeader: NodeName?
    let epoch: Epoch
    /// When everything known was last confirmed; nil if never.
    let syncedAt: Instant?
    /// Whether nobody vouches for what was found in the store.
    let isCold: Bool
    let store: StoreContact
    /// Whether there are others, and none of them answered when they were last asked.
    let isCutOff: Bool
    /// Whether the process is ending.
    public let isDraining: Bool
    /// Which apps whoever leads will ask for.
    let awaited: AwaitedApps
    let credentials: CredentialsHealth
}

extension HealthFacts {
    /// When everything known was last confirmed; nil if never, or if nobody vouches for what was found in the store.
    public var confirmedAt: Instant? { isCold ? nil : syncedAt }

    /// Time since the last event was looked at.
    public func idleTime(at now: Instant) -> Duration { now - lastTurn }

    /// Whether the node leads, by its own lease deadline.
    public func role(at now: Instant) -> NodeHealth.Role {
        switch standing {
        case .follower: .follower
        case .candidate: .candidate
        case .leader(let end): now < end ? .leader : .follower
        }
    }

    /// How the node is, for health checks.
    public func health(at now: Instant) -> NodeHealth {
        let apps = credentials.judged(at: now, awaited)
        return NodeHealth(
            node: node, role: role(at: now), leader: leader(at: now), epoch: epoch,
            leaseLeft: leaseLeft(at: now), isStoreReachable: store.isReachable ?? false, syncAge: syncAge(at: now),
            reasonsNotReady: reasonsNotReady(apps, at: now),
            isStale: confirmedAt.map { age(of: $0, at: now) > NodeSettings.staleAfter } ?? true,
            appCount: credentials.appCount, ill: apps.ill, illCount: apps.illCount, storeRefusal: store.refusal)
    }

    /// Who leads as far as this node can say; nil if nobody does.
    func leader(at now: Instant) -> NodeName? {
        if role(at: now) == .leader { return node }
        // A lease that was last seen so long ago has run out since, or somebody else renews it.
        return syncAge(at: now).flatMap { $0 < observation ? otherLeader : nil }
    }

    /// Why the node should not be asked for tokens.
    func reasonsNotReady(at now: Instant) -> [NodeHealth.ReasonNotReady] {
        reasonsNotReady(credentials.judged(at: now, awaited), at: now)
    }

    private func reasonsNotReady(
        _ apps: CredentialsHealth.Judgement, at now: Instant
    ) -> [NodeHealth.ReasonNotReady] {
        var reasons: [NodeHealth.ReasonNotReady] = []
        if isDraining { reasons.append(.draining) }
        if idleTime(at: now) >= NodeSettings.longestIdleTime { reasons.append(.stuck) }
        if syncedAt == nil, !apps.hasAnyToken { reasons.append(.starting) }
        if apps.lacksFirstAnswer { reasons.append(.appsNotAskedYet) }
        if !apps.hasAnyToken { reasons.append(.noValidToken) }
        if isOutOfStep(at: now) { reasons.append(.outOfStep) }
        return reasons
    }

    /// Behind others, or cut off from everybody.
    ///
    /// With the store away for all nobody can rotate, so an old cache is still right and nobody leaves.
    private func isOutOfStep(at now: Instant) -> Bool {
        guard let age = syncAge(at: now), rules.isUnsure(afterSilenceOf: age, allowed: readerLease) else {
            return false
        }
        return store.isReachable == true || isCutOff
    }

    private func leaseLeft(at now: Instant) -> Duration? {
        if case .leader(let end) = standing, now < end { end - now } else { nil }
    }

    private func syncAge(at now: Instant) -> Duration? { syncedAt.map { age(of: $0, at: now) } }

    private func age(of moment: Instant, at now: Instant) -> Duration { (now - moment).atLeastZero }
}
