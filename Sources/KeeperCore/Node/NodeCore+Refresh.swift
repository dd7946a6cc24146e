// Those who ask for another token, and those who leave.
extension NodeCore {
    mutating func refreshAsked(_ request: RefreshRequest, at now: Instant) {
        guard let index = indexOfApp[request.app] else {
            return out.append(
                .answer(request.waiter, .unavailable(.unknownApp, retryAfter: .seconds(60))))
        }
        guard appOfWaiter.count < NodeSettings.mostWaiters else {
            return out.append(
                .answer(request.waiter, .unavailable(.tooManyWaiting, retryAfter: .seconds(2))))
        }
        // The lease may have run out since the last event.
        updateSituation(at: now)
        appOfWaiter[request.waiter] = index
        let mark = out.actions.count
        let named: Fingerprint? = if case .refused(let token) = request.reason { fingerprint(token) } else { nil }
        refreshers[index].ask(request, fingerprint: named, situation, at: now, into: &out)
        settled(index, since: mark, at: now)
        step(index, at: now)
    }

    mutating func waiterLeft(_ waiter: WaiterID) {
        guard let index = appOfWaiter.removeValue(forKey: waiter) else { return }
        refreshers[index].queue.remove(waiter)
    }

    mutating func leaveAsked(at now: Instant) {
        switch departure {
        case .none, .steppingDown:
            // The call in flight may take its whole time, and its token must then reach the store.
            let patience = settings.timing.callTimeout + settings.timing.commandTimeout * 2
            departure = .leaving(deadline: now + patience)
        case .leaving, .releasing, .left: break
        }
    }

    /// Gives the lease up as soon as no call of ours can follow.
    mutating func depart(at now: Instant) {
        switch departure {
        case .none:
            // A store that lost its record and whose clock was set back grants a term below one that has been.
            guard let term = elector.term, rules.mustEnd(term.epoch, remembering: elector.floor) else { return }
            departure = .steppingDown(.init())
            depart(at: now)
        case .left: break
        case .steppingDown(let succession):
            guard rules.mayRelease(isBusy: refreshers.contains(where: \.isBusy)) else { return }
            elector.stepDown(
                to: succession.successor, isForReach: succession.isForReach,
                keepingBackUntil: succession.keepsBackUntil, at: now, into: &out)
            departure = .none
        case .leaving(let deadline):
            guard now >= deadline || rules.mayRelease(isBusy: refreshers.contains(where: \.isBusy)) else { return }
            let release = elector.resign(at: now, into: &out)
            departure = .releasing(release, deadline: now + settings.timing.commandTimeout)
            depart(at: now)
        case .releasing(let request, let deadline):
            guard request == nil || now >= deadline else { return }
            departure = .left
            out.append(.left)
        }
    }
}

/// Asks the other members what they know: for a leader that lacks a token or has one that nobody vouches for, once
/// after a start, and while the store is away.
struct PeerQuery: Sendable {
    private var askedFor = Epoch.none
    private var wantedFor: Epoch?
    /// Whether they are to be asked without a term to ask for.
    private var isWanted = false
    private var inFlight: (request: RequestID, sentAt: Instant)?
    private(set) var nextWakeUp: Instant?
    /// Whether anybody answered the last time.
    private(set) var anyoneAnswered = true

    /// A term of ours begins; nobody was asked in it yet.
    mutating func begin(_ epoch: Epoch) { wantedFor = nil }

    /// There are apps about which nobody was asked yet.
    mutating func startOver() { askedFor = .none }

    /// A leader lacks a token.
    mutating func want(for epoch: Epoch?) { wantedFor = epoch }

    /// A node has just started, and they may know more than the store.
    mutating func wantOnce() { isWanted = true }

    func isAnswered(for epoch: Epoch) -> Bool { askedFor == epoch }

    /// Whether the members are to be asked now: a leader wants it, or the store has been away for too long.
    mutating func isDue(isStoreAway: Bool, at now: Instant) -> Bool {
        guard inFlight == nil else { return false }
        if wantedFor != nil || isWanted { return true }
        guard isStoreAway else {
            nextWakeUp = nil
            return false
        }
        guard let next = nextWakeUp else {
            nextWakeUp = now
            return true
        }
        return next <= now
    }

    mutating func sent(_ request: RequestID, at now: Instant) {
        inFlight = (request, now)
        nextWakeUp = nil
    }

    /// Nobody is there to be asked.
    mutating func skip(at now: Instant) {
        if let wantedFor { askedFor = wantedFor }
        (wantedFor, isWanted) = (nil, false)
        nextWakeUp = now + .seconds(2)
    }

    /// Takes in the end of a query.
    ///
    /// Returns when it was sent if it is the one in flight.
    mutating func answered(_ request: RequestID, by count: Int, at now: Instant) -> Instant? {
        guard let inFlight, inFlight.request == request else { return nil }
        self.inFlight = nil
        anyoneAnswered = count > 0
        skip(at: now)
        return inFlight.sentAt
    }
}

extension NodeCore {
    mutating func askPeersIfDue(at now: Instant) {
        guard rules.membersAreAskedFirst else {
            peers.skip(at: now)
            return updateSituation(at: now)
        }
        let isStoreAway =
            sync.isReachable == false && sync.age(at: now).map { $0 > NodeSettings.staleAfter } ?? true
        guard peers.isDue(isStoreAway: isStoreAway, at: now) else { return }
        let others = sync.members.filter { $0.holder.incarnation != holder.incarnation }
        guard !others.isEmpty else {
            peers.skip(at: now)
            return updateSituation(at: now)
        }
        peers.sent(out.askPeers(others), at: now)
    }

    mutating func peersAnswered(_ request: RequestID, _ states: [PeerState], at now: Instant) {
        guard let sentAt = peers.answered(request, by: states.count, at: now) else { return }
        for state in states {
            elector.hear(of: state.floor)
            for record in state.records {
                guard let index = indexOfApp[record.app] else { continue }
                refreshers[index].learnFromPeer(record, askedAt: sentAt, asLeader: situation.leadership != nil)
                refreshers[index].schedule(at: now)
            }
            if let age = state.syncAge { sync.confirm(asOf: sentAt - age) }
        }
        heed(states, askedAt: sentAt)
        // Only now do they count as asked, so that no app asks for them again.
        updateSituation(at: now)
        for index in refreshers.indices { step(index, at: now) }
    }
}
