internal import KeeperCore

/// The scripts of `LeaseCommand`.
extension RedisModel {
    /// Runs one command of `holder`.
    mutating func perform(_ command: LeaseCommand, as holder: LeaseHolder, at time: WorldTime) -> LeaseReply.Answer {
        let now = begin(at: time)
        switch command {
        case .tick(let tick): return .ticked(run(tick, holder, now))
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

    private mutating func run(_ tick: Tick, _ holder: LeaseHolder, _ now: Int64) -> TickReply {
        if contents.members.contains(where: { now >= $0.expiresAt }) {
            contents.members.removeAll { now >= $0.expiresAt }
        }
        let nameHolder = beat(tick, holder, now)
        let position = tick.position.flatMap { $0.store == contents.store && $0.event <= contents.event ? $0 : nil }
        let read = position?.event ?? 0
        let isNews = read < contents.event
        let changed = isNews ? contents.credentials.filter { $0.event > read }.sorted { $0.event < $1.event } : []
        let page = changed.prefix(Tick.mostChanges)
        let isComplete = page.count == changed.count
        return TickReply(
            lease: contents.lease, lockLeft: contents.lock.map { .nanoseconds($0.expiresAt - now) },
            changes: isNews ? page.map { $0.reading(at: now) } : [],
            position: StorePosition(
                store: contents.store ?? "", event: isComplete ? contents.event : page.last?.event ?? read),
            startsOver: position == nil, isComplete: isComplete,
            missing: tick.verify.filter { app in !contents.credentials.contains { $0.app == app } },
            pauseLeft: contents.pausedUntil.flatMap { now < $0 ? .nanoseconds($0 - now) : nil },
            members: contents.members.map { $0.member }, nameHolder: nameHolder,
            spoiled: contents.spoiled, storeTime: .nanoseconds(now))
    }

    /// Writes the member record, unless another incarnation stands under the name and the caller does not claim it.
    private mutating func beat(_ tick: Tick, _ holder: LeaseHolder, _ now: Int64) -> Member? {
        let index = contents.members.firstIndex { $0.member.holder.node == holder.node }
        let standing = index.map { contents.members[$0].member }
        let isOwn = standing?.holder.incarnation == holder.incarnation
        if let standing, !isOwn, !tick.claimsName { return standing }
        let entry = MemberEntry(
            member: Member(
                holder: holder, beat: isOwn ? (standing?.beat ?? 0) + 1 : 1, epochSeen: tick.epochSeen,
                isDraining: tick.isDraining, fitness: tick.fitness, apps: tick.apps,
                isCold: tick.isCold),
            expiresAt: now + tick.memberTTL.nanoseconds)
        if let index {
            contents.members[index] = entry
        } else {
            contents.members.append(entry)
            contents.members.sort { $0.member.holder.node < $1.member.holder.node }
        }
        return nil
    }

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
        let floor = acquisition.floor.rawValue
        let least = previous == nil || isOld ? UInt64(clamping: now / 1_000_000_000) : 0
        let epoch = Epoch(max((previous?.epoch.rawValue ?? 0) + 1, floor + 1, least))
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
