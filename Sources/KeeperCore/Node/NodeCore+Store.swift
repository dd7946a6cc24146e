// What the store answers about the lease and the cluster.
extension NodeCore {
    mutating func leaseReplied(_ request: RequestID, _ reply: Result<LeaseReply, StoreError>, at now: Instant) {
        let kind: RefusalBook.Kind = sync.ticks.isAwaiting(request) ? .tick : .lease
        sync.noteReply(reply.error, of: kind, at: now, into: &out)
        departure.answered(request)
        if let sentAt = sync.ticks.replied(request, at: now) {
            guard case .success(let reply) = reply, case .ticked(let found) = reply.answer else { return }
            return ticked(found, server: reply.server, sentAt: sentAt, at: now)
        }
        let hadTerm = elector.term?.epoch
        elector.acquireReplied(request, reply, at: now, into: &out)
        if let epoch = elector.term?.epoch, epoch != hadTerm {
            out.counters.terms += 1
            lock.won()
            others.query.begin()
        }
        if elector.renewReplied(request, reply, at: now, into: &out) {
            updateSituation(at: now)
            for index in refreshers.indices where slots.isWaiting(index) { step(index, at: now) }
        } else if elector.term == nil {
            // Denied, lost or released: look again at once rather than a tick later.
            sync.ticks.hint(at: now)
        }
    }

    private mutating func ticked(_ found: TickReply, server: ServerIdentity, sentAt: Instant, at now: Instant) {
        // Who leads comes first: an app must not act for a term that this very answer ends.
        sync.name.observe(found.nameHolder, tickPeriod: settings.timing.tickPeriod, at: now, into: &out)
        if case .taken(let other) = sync.name.finding { out.append(.nameTaken(by: other)) }
        sync.spoiled.note(found.spoiled, at: now, into: &out)
        lock.observe(found, sentAt: sentAt)
        let isOurs = sync.name.finding == .ours
        // If the lease's record was lost, the others and the credentials may be all that remembers a term.
        for member in found.members { elector.hear(of: member.epochSeen) }
        for record in found.changes { elector.hear(of: max(record.epoch, record.intent?.epoch ?? .none)) }
        elector.observe(
            found.lease, lockLeft: found.lockLeft, server: server,
            mayCampaign: isOurs && !departure.isUnderWay && !keepsBack(found, at: now), isPaused: lock.isPaused,
            at: now,
            into: &out)
        heedLeader(among: found.members, at: now)
        updateSituation(at: now)
        if sync.follows(found, from: server, at: now) { read(found, sentAt: sentAt, at: now) }
        warmUp(at: now)
        introduceIfDue(at: now)
    }

    /// A leader that does not reach WeChat, by its own word, is a reason to see for ourselves.
    private mutating func heedLeader(among members: [Member], at now: Instant) {
        let leader = leaderHint?.holder.incarnation
        let standing = members.first { $0.holder.incarnation == leader }?.reachability
        reachability.heed(leader: standing, at: now)
    }

    /// Whether this node, which does not reach WeChat, leaves a free lease to those who do: for a while.
    private mutating func keepsBack(_ found: TickReply, at now: Instant) -> Bool {
        guard let freeTime = lock.freeTime(at: now), reachability.standing(at: now) == .unfit,
            freeTime < Handover.preference
        else { return false }
        return fittest(in: found.members, atLeast: .unknown) != nil
    }

    /// Takes in the credentials a tick has brought.
    private mutating func read(_ found: TickReply, sentAt: Instant, at now: Instant) {
        if found.startsOver {
            if let position = sync.position, position.store != found.position.store { out.note(.store(.replaced)) }
            for index in refreshers.indices {
                refreshers[index].storeReplaced()
                noteHealth(of: index)
            }
        }
        for record in found.changes {
            guard let index = directory[record.app] else { continue }
            learn(record, of: index, from: found.position.store, sentAt: sentAt, at: now)
        }
        for app in found.missing {
            if let index = directory[app] { lost(index, at: now) }
        }
        sync.learn(found, sentAt: sentAt, at: now, into: &out)
    }

    private mutating func learn(
        _ record: CredentialRecord, of index: Int, from store: String, sentAt: Instant, at now: Instant
    ) {
        let isVouchedFor = !others.isCold || sync.hasReadAll
        refreshers[index].learn(
            record, from: store, readAfter: sentAt, isVouchedFor: isVouchedFor, at: now, into: &out)
        step(index, at: now)
    }

    /// A record that should be there is not.
    private mutating func lost(_ index: Int, at now: Instant) {
        if refreshers[index].recordMissing() { step(index, at: now) }
    }

    /// Routes what the world says about one app to that app.
    mutating func appReplied(_ request: RequestID, _ reply: AppReply, at now: Instant) {
        guard let index = out.close(request) else { return }
        out.speak(for: index)
        let term = situation.leadership(at: now)?.epoch
        switch reply {
        case .stored(let reply):
            sync.noteReply(reply.error, of: .credential, at: now, into: &out)
            refreshers[index].stored(request, reply, situation.leadership(at: now), at: now, into: &out)
        case .called(let outcome):
            reachability.note(outcome.contact, ofApp: index, at: now)
            refreshers[index].called(
                request, outcome, fingerprint: fingerprint, leading: term, at: now, into: &out)
        case .probed(let outcome):
            reachability.note(outcome.contact, ofApp: index, at: now)
            refreshers[index].probed(request, outcome, leading: term, at: now, into: &out)
        case .forwarded(let outcome):
            refreshers[index].forwarded(request, outcome, at: now, into: &out)
        }
        settled(index, at: now)
        // If the answer made this node step down, nothing new may begin.
        updateSituation(at: now)
        step(index, at: now)
    }
}

extension Result where Failure == StoreError {
    /// Why there is no reply.
    fileprivate var error: StoreError? { if case .failure(let error) = self { error } else { nil } }
}

extension Situation {
    /// The term, unless it has run out since.
    func leadership(at now: Instant) -> Leadership? { leadership.flatMap { now < $0.validUntil ? $0 : nil } }
}
