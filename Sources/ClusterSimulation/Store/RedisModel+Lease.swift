internal import KeeperCore

/// The scripts of `LeaseCommand`.
extension RedisModel {
    /// Runs one command of `holder`.
    mutating func perform(_ command: LeaseCommand, as holder: LeaseHolder, at time: WorldTime) -> LeaseReply.Answer {
        if case .tick(let tick) = command { return .ticked(perform(tick, as: holder, at: time)) }
        let now = begin(at: time)
        switch command {
        case .tick: return .done
        case .acquire(let acquisition): return run(acquisition, holder, now)
        case .renew(let epoch, let ttl, let isActive): return renew(epoch, ttl, isActive, holder, now)
        case .release(let epoch, let handover): return release(epoch, handover, holder)
        case .reportDeath: return reportDeath(of: holder)
        case .pause(let duration):
            pause(for: duration, now)
            return .done
        case .leave:
            contents.members.removeAll { $0.member.holder.incarnation == holder.incarnation }
            return .done
        }
    }

    /// Runs a tick, of which there are more than of all other commands: what it looks at is not copied.
    mutating func perform(_ tick: Tick, as holder: LeaseHolder, at time: WorldTime) -> TickReply {
        let now = begin(at: time)
        for index in contents.members.indices.reversed() where now >= contents.members[index].expiresAt {
            contents.members.remove(at: index)
        }
        let nameHolder = beat(tick, holder, now)
        let read = eventRead(tick.position)
        let (changes, last) = changes(since: read ?? 0, now)
        return TickReply(
            lease: contents.lease, lockLeft: contents.lock.map { .nanoseconds($0.expiresAt - now) },
            changes: changes, position: StorePosition(store: contents.store ?? "", event: last),
            startsOver: read == nil, isComplete: last == contents.event,
            missing: tick.verify.isEmpty ? [] : tick.verify.filter { place(of: $0) == nil },
            pauseLeft: contents.pausedUntil.flatMap { now < $0 ? .nanoseconds($0 - now) : nil },
            members: contents.members.map { $0.member }, nameHolder: nameHolder,
            spoiled: contents.spoiled, storeTime: .nanoseconds(now))
    }

    /// Up to which event a caller has read; nil if its position is of no use.
    private func eventRead(_ position: StorePosition?) -> UInt64? {
        guard let position, let store = contents.store, position.store == store, position.event <= contents.event
        else { return nil }
        return position.event
    }

    /// The records changed since an event, oldest change first, as many as one reply carries; and the event up to which
    /// the caller has read then.
    private func changes(since read: UInt64, _ now: Int64) -> (changes: [CredentialRecord], last: UInt64) {
        guard read < contents.event else { return ([], contents.event) }
        let changed = contents.credentials.filter { $0.event > read }.sorted { $0.event < $1.event }
        let page = changed.prefix(Tick.mostChanges)
        let last = page.count == changed.count ? contents.event : page.last?.event ?? read
        return (page.map { $0.reading(at: now) }, last)
    }

    /// Writes the member record, unless another incarnation stands under the name and the caller does not claim it.
    private mutating func beat(_ tick: Tick, _ holder: LeaseHolder, _ now: Int64) -> Member? {
        let expiresAt = now + tick.memberTTL.nanoseconds
        guard let index = contents.members.indices.first(where: { holds(holder.node, $0) }) else {
            let member = Member(
                holder: holder, beat: 1, epochSeen: tick.epochSeen, isDraining: tick.isDraining,
                reachability: tick.reachability, apps: tick.apps, isCold: tick.isCold)
            contents.members.append(MemberEntry(member: member, expiresAt: expiresAt))
            contents.members.sort { $0.member.holder.node < $1.member.holder.node }
            return nil
        }
        let isOwn = contents.members[index].member.holder.incarnation == holder.incarnation
        guard isOwn || tick.claimsName else { return contents.members[index].member }
        contents.members[index].beat(tick, by: holder, isOwn: isOwn, until: expiresAt)
        return nil
    }

    /// Whether the member record in this place stands under that name.
    private func holds(_ node: NodeName, _ index: Int) -> Bool { contents.members[index].member.holder.node == node }

    private mutating func run(
        _ acquisition: Acquisition, _ holder: LeaseHolder, _ now: Int64
    ) -> LeaseReply.Answer {
        let expiry = now + acquisition.ttl.nanoseconds
        if contents.lock != nil {
            if isLock(of: holder), let epoch = contents.lease?.epoch, isLease(of: holder, epoch) {
                contents.lease?.sequence += 1
                contents.leaseRun = run
                contents.lock?.expiresAt = expiry
                sightings.count(.lostGrantResumed)
                return .resumed(epoch: epoch)
            }
            if !isLock(of: holder), let lease = contents.lease {
                let isWatched = ObservedRenewal(lease) == acquisition.observed
                guard acquisition.steals, isWatched || !rules.isInForce(.stealsWhatWasWatched) else {
                    return .denied(lease)
                }
                sightings.count(.steal)
            }
        }
        let previous = contents.lease
        let isOld = previous != nil && contents.leaseRun != run
        let highestEpochSeen = acquisition.highestEpochSeen.rawValue
        let least = previous == nil || isOld ? UInt64(clamping: now / 1_000_000_000) : 0
        let epoch = Epoch(max((previous?.epoch.rawValue ?? 0) + 1, highestEpochSeen + 1, least))
        if previous == nil, termCount > 0 { sightings.count(.amnesia) }
        contents.lease = LeaseRecord(epoch: epoch, holder: holder, sequence: 1)
        contents.spoiled.removeAll { $0.key == "lease" }
        contents.leaseRun = run
        contents.lock = Lock(owner: holder.incarnation, expiresAt: expiry)
        countTerm(epoch, of: holder)
        hasHint = true
        return .granted(epoch: epoch, previous: previous, isOld: isOld)
    }

    private mutating func renew(
        _ epoch: Epoch, _ ttl: Duration, _ isActive: Bool, _ holder: LeaseHolder, _ now: Int64
    ) -> LeaseReply.Answer {
        guard isLease(of: holder, epoch), let lease = contents.lease else { return .denied(contents.lease) }
        contents.lease?.sequence += 1
        if isActive { contents.lease?.isActive = true }
        contents.lock = Lock(owner: holder.incarnation, expiresAt: now + ttl.nanoseconds)
        countRevival(epoch, of: holder)
        return .renewed(sequence: lease.sequence + 1)
    }

    /// An operator's command, through whichever node.
    mutating func pause(for duration: Duration?, at time: WorldTime) { pause(for: duration, begin(at: time)) }

    private mutating func pause(for duration: Duration?, _ now: Int64) {
        contents.pausedUntil = duration.map { now + min($0, LeaseCommand.longestPause).nanoseconds }
        hasHint = true
    }

    private mutating func release(
        _ epoch: Epoch, _ handover: Handover, _ holder: LeaseHolder
    ) -> LeaseReply.Answer {
        guard isLease(of: holder, epoch) else { return .denied(contents.lease) }
        contents.lease?.release = .handedOver(handover)
        contents.lock = nil
        hasHint = true
        if handover.left > .zero { sightings.count(.leftHandedOn) }
        return .done
    }

    private mutating func reportDeath(of holder: LeaseHolder) -> LeaseReply.Answer {
        guard let epoch = contents.lease?.epoch, isLease(of: holder, epoch) else { return .denied(contents.lease) }
        contents.lease?.release = .holderDied
        contents.lock = nil
        hasHint = true
        sightings.count(.deathReported)
        return .done
    }
}

extension RedisModel.MemberEntry {
    /// Writes what a tick tells over what stood there.
    fileprivate mutating func beat(_ tick: Tick, by holder: LeaseHolder, isOwn: Bool, until expiresAt: Int64) {
        member.holder = holder
        member.beat = isOwn ? member.beat + 1 : 1
        member.epochSeen = tick.epochSeen
        member.isDraining = tick.isDraining
        member.reachability = tick.reachability
        member.apps = tick.apps
        member.isCold = tick.isCold
        self.expiresAt = expiresAt
    }
}
