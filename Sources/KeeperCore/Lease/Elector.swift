/// Wins, keeps and gives up the lease.
///
/// Decides only; the shell acts.
///
/// Safety: `isLeader(at:)` is true only while `now < term.validUntil`, and `validUntil` is counted from the moment the
/// request was *sent*, less the clock drift and a guard. It does **not** promise that no other node believes to lead:
/// a store that forgets can grant two terms. The quiet period keeps those from calling at one time.
struct Elector: Sendable {
    /// The states and what they carry.
    enum State: Equatable, Sendable {
        /// Somebody else leads, or nobody. Can transition to: `candidate` when the lock is free; `resigned`.
        case follower
        /// One acquire is in flight. Can transition to: `leader` if granted; `follower` if denied or unanswered;
        /// `resigned`.
        case candidate(request: RequestID, sentAt: Instant)
        /// The term is ours, valid or lapsed. Can transition to: `follower` when a renewal is denied, the server was
        /// replaced or we step down; `resigned`.
        case leader(Term)
        /// Shutting down, or the name is another's. Can transition to: nothing.
        case resigned
    }

    private let holder: LeaseHolder
    private let timing: LeaseTiming
    private let rules: Rules

    private(set) var state = State.follower
    /// The lease's record as last read, or as our own grant made it; nil if there is none.
    private(set) var record: LeaseRecord?
    /// Highest epoch ever heard of; it never falls, and no term of ours that is below it lasts.
    private(set) var highestEpochSeen = Epoch.none
    /// The renewal that `record` shows and since when this server showed it; nil if it did not yet.
    private var watched: WatchedRenewal?
    private var server = ServerWatch()
    private var own = OwnTerms()
    private var release = ReleaseWatch()
    private var cooldown = Cooldown()
    private var random: SplitMix64

    init(holder: LeaseHolder, timing: LeaseTiming, seed: UInt64, rules: Rules = .all) {
        self.holder = holder
        self.timing = timing
        self.rules = rules
        random = SplitMix64(seed: seed)
    }

    /// The term, valid or lapsed.
    var term: Term? { if case .leader(let term) = state { term } else { nil } }

    /// Whether the lease was asked for, so that it may have been granted already.
    var awaitsGrant: Bool { if case .candidate = state { true } else { false } }

    // These two are asked at every event. In place they read a few fields; as calls they would be handed a copy of the
    // whole machine.

    /// What a call must find at its last moment.
    @inline(__always)
    var gate: LeaseGate { term.map { LeaseGate(epoch: $0.epoch, validUntil: $0.validUntil) } ?? .closed }

    /// When `woke(at:into:)` has something to do.
    @inline(__always)
    var nextWakeUp: Instant? { term?.nextWakeUp }

    /// Whether our lease has not run out.
    func isLeader(at now: Instant) -> Bool { term.map { now < $0.validUntil } ?? false }
}

// MARK: Campaigning

extension Elector {
    /// Takes in what a tick found, and asks for the lease if it is free and `mayCampaign`.
    mutating func observe(
        _ seen: LeaseRecord?, lockLeft: Duration?, server: ServerIdentity, mayCampaign: Bool, isPaused: Bool = false,
        at now: Instant, into out: inout Outbox
    ) {
        meet(server, at: now)
        note(seen, at: now, into: &out)
        switch state {
        case .leader(let term):
            if let seen, seen.epoch > term.epoch {
                lose(to: seen, at: now, into: &out)
            } else if seen == nil {
                renewSoon(at: now, into: &out)
            }
        case .follower:
            // A lock without a record is nobody's: its owner cannot renew it.
            let isLockFree = lockLeft == nil || seen == nil
            if mayCampaign { campaign(seen, isLockFree: isLockFree, isPaused: isPaused, at: now, into: &out) }
        case .candidate, .resigned:
            break
        }
    }

    private mutating func meet(_ other: ServerIdentity, at now: Instant) {
        if server.meet(other, timing: timing, rules: rules, at: now) { watched = nil }
    }

    /// Learns of a term from another node.
    mutating func hear(of epoch: Epoch) { highestEpochSeen = max(highestEpochSeen, epoch) }

    private mutating func note(_ seen: LeaseRecord?, at now: Instant, into out: inout Outbox) {
        defer { record = seen }
        guard let seen else { return watched = nil }
        highestEpochSeen = max(highestEpochSeen, seen.epoch)
        release.observe(seen, at: now)
        if watched.map({ !$0.isShown(by: seen) }) ?? true { watched = WatchedRenewal(seen, since: now) }
        if seen.epoch != record?.epoch || seen.holder != record?.holder, seen.holder != holder {
            out.note(.lease(.follows(leader: seen.holder, epoch: seen.epoch)))
        }
    }

    private mutating func campaign(
        _ seen: LeaseRecord?, isLockFree: Bool, isPaused: Bool, at now: Instant, into out: inout Outbox
    ) {
        let successor = release.successor(of: seen, at: now)
        guard successor == nil || successor == holder.node else { return }
        guard successor != nil || cooldown.isOver(isLockFree: isLockFree, at: now) else { return }
        let isOurs = seen.map { own.mayTakeUp($0, as: holder) } ?? false
        let isStuck = rules.mayTakeOver(watched, timing: timing, at: now)
        guard isLockFree || isOurs || isStuck, !isPaused || isOurs || successor == holder.node else { return }
        let request = out.send(
            .acquire(
                Acquisition(
                    ttl: timing.ttl, highestEpochSeen: rules.leastEpoch(remembering: highestEpochSeen),
                    observed: watched?.renewal,
                    steals: isStuck && !isLockFree)))
        state = .candidate(request: request, sentAt: now)
    }

    /// Takes in the answer to an acquire.
    mutating func acquireReplied(
        _ request: RequestID, _ reply: Result<LeaseReply, StoreError>, at now: Instant, into out: inout Outbox
    ) {
        guard case .candidate(request, let sentAt) = state else { return }
        state = .follower
        guard case .success(let reply) = reply else { return }
        meet(reply.server, at: now)
        switch reply.answer {
        case .granted(let epoch, let previous, let isOld):
            let mayHaveForgotten = server.mayHaveForgotten(
                previous, isOld: isOld, before: epoch, rules: rules, at: now)
            let quiet = QuietPeriod.afterGrant(
                .init(
                    granted: now, previous: previous, incarnation: holder.incarnation, watched: watched,
                    lastHeld: own.held, mayHaveForgotten: mayHaveForgotten, timing: timing, rules: rules))
            lead(epoch, after: previous, quiet: quiet, sentAt: sentAt, server: reply.server, at: now, into: &out)
        case .resumed(let epoch):
            let quiet = QuietPeriod(until: rules.quietEndOfResumedTerm(timing: timing, at: now), lateness: .all)
            lead(epoch, after: nil, quiet: quiet, sentAt: sentAt, server: reply.server, at: now, into: &out)
        case .denied(let seen):
            note(seen, at: now, into: &out)
        case .ticked, .renewed, .done:
            break
        }
    }

    private mutating func lead(
        _ epoch: Epoch, after previous: LeaseRecord?, quiet: QuietPeriod, sentAt: Instant, server: ServerIdentity,
        at now: Instant, into out: inout Outbox
    ) {
        highestEpochSeen = max(highestEpochSeen, epoch)
        var term = Term(
            epoch: epoch, granted: now, quiet: quiet, followsMove: previous?.isLeftForReachability ?? false,
            serverRun: server.run,
            validUntil: validity(sentAt: sentAt, at: now),
            renewal: .due(at: sentAt + random.jittered(timing.renewalPeriod, by: 0.1)))
        // Who need not wait says so at once: after the proven death of a leader that had not, its successor waits.
        if term.quietEnd(isUncertain: false, timing) <= now { term.renewal = .due(at: now) }
        state = .leader(term)
        record = LeaseRecord(epoch: epoch, holder: holder, sequence: 1)
        watched = nil
        out.note(.lease(.granted(epoch: epoch, quiet: term.quietLeft(timing, at: now))))
    }

    private func validity(sentAt: Instant, at now: Instant) -> Instant {
        rules.leaseStart(sentAt: sentAt, answeredAt: now) + timing.validity
    }
}

// MARK: Keeping

extension Elector {
    /// Sends a renewal that is due and notices when the lease has run out.
    mutating func woke(at now: Instant, into out: inout Outbox) {
        guard var term else { return }
        if now >= term.validUntil, !term.isLapsed {
            term.isLapsed = true
            state = .leader(term)
            out.note(.lease(.lapsed(term.epoch)))
        }
        if case .due(let due) = term.renewal, due <= now { renewSoon(at: now, into: &out) }
    }

    /// Renews now, unless a renewal is in flight already.
    mutating func renewSoon(at now: Instant, into out: inout Outbox) {
        guard var term, case .due = term.renewal else { return }
        let command = LeaseCommand.renew(
            epoch: term.epoch, ttl: timing.ttl, isActive: now >= term.quietEnd(isUncertain: false, timing))
        term.renewal = .inFlight(request: out.send(command), sentAt: now)
        state = .leader(term)
    }

    /// Takes in the answer to a renewal.
    ///
    /// Returns whether it succeeded.
    mutating func renewReplied(
        _ request: RequestID, _ reply: Result<LeaseReply, StoreError>, at now: Instant, into out: inout Outbox
    ) -> Bool {
        guard var term, case .inFlight(request, let sentAt) = term.renewal else { return false }
        guard case .success(let reply) = reply else {
            out.counters.renewalsFailed += 1
            term.renewal = .due(at: now + timing.renewalRetry)
            state = .leader(term)
            return false
        }
        guard case .renewed = reply.answer else {
            var seen: LeaseRecord?
            if case .denied(let record) = reply.answer { seen = record }
            lose(to: seen, at: now, into: &out)
            return false
        }
        if rules.isReplaced(term.serverRun, by: reply.server) {
            // Started from disk, it may have forgotten a later term that still calls. Ours ends; whoever follows,
            // perhaps we ourselves, waits as if nothing were known.
            giveUp(term, Handover(left: timing.observation + timing.lateness), at: now, into: &out)
            return false
        }
        term.validUntil = max(term.validUntil, validity(sentAt: sentAt, at: now))
        term.renewal = .due(at: sentAt + random.jittered(timing.renewalPeriod, by: 0.1))
        if term.isLapsed, now < term.validUntil {
            term.isLapsed = false
            out.note(.lease(.recovered(epoch: term.epoch, quiet: term.quietLeft(timing, at: now))))
        }
        state = .leader(term)
        return true
    }

    private mutating func lose(to seen: LeaseRecord?, at now: Instant, into out: inout Outbox) {
        guard let term else { return }
        end(term, as: .follower)
        out.note(.lease(.lost(epoch: term.epoch, to: seen?.holder == holder ? nil : seen?.holder)))
        note(seen, at: now, into: &out)
    }

    private mutating func end(_ term: Term, as next: State) {
        own.end(term.epoch, boundUntil: term.quietEnd(isUncertain: true, timing))
        state = next
    }
}

// MARK: Giving up

extension Elector {
    /// Remembers that a call whose outcome is unknown may be processed until `moment`.
    mutating func noteUnknownCall(until moment: Instant) { own.noteUnknownCall(until: moment) }

    /// Gives the lease up and competes for it no more until `ends`, unless nobody else takes it.
    ///
    /// Only when no call is in flight.
    mutating func stepDown(
        to successor: NodeName? = nil, isForReachability: Bool = false, keepingBackUntil ends: Instant? = nil,
        at now: Instant, into out: inout Outbox
    ) {
        guard let term else { return }
        cooldown.begin(leavingTo: successor, until: ends, at: now)
        let handover = Handover(
            left: left(of: term, at: now), successor: successor, isForReachability: isForReachability)
        giveUp(term, handover, at: now, into: &out)
    }

    /// Gives the lease up for good.
    ///
    /// Only when no call is in flight, and no acquire: what is granted to a node that has resigned nobody gives back,
    /// and nobody leads until the lock expires. Returns the request to wait for, if any.
    mutating func resign(at now: Instant, into out: inout Outbox) -> RequestID? {
        guard let term else {
            state = .resigned
            return nil
        }
        let request = giveUp(term, Handover(left: left(of: term, at: now)), at: now, into: &out)
        state = .resigned
        return request
    }

    @discardableResult
    private mutating func giveUp(
        _ term: Term, _ handover: Handover, at now: Instant, into out: inout Outbox
    ) -> RequestID {
        end(term, as: .follower)
        own.release(term.epoch)
        out.note(.lease(.released(epoch: term.epoch, handover: handover)))
        return out.send(.release(epoch: term.epoch, handover: handover))
    }

    /// What a successor must still wait.
    private func left(of term: Term, at now: Instant) -> Duration {
        own.rest(
            boundUntil: term.quietEnd(isUncertain: true, timing), drift: timing.clockDrift, rules: rules, at: now)
    }
}
