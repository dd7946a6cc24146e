internal import KeeperCore

extension Script {
    /// `LeaseCommand.acquire`.
    ///
    /// The lock is what the others see and expires by itself; the record stays, so that a successor learns of the last
    /// renewal. Neither is trusted alone: a lock of ours without our record (somebody deleted it) is a new term.
    static let acquire = Script(
        "acquire", takes: Acquisition.arguments.names, uses: [leaseReplies],
        #"""
        local lock = lockOwner()
        local previous = currentLease()

        -- 1. Granted before, but the answer was lost.
        if lock == caller and previous and leads(previous.epoch) then
            redis.call('HSET', leaseKey, 'sequence', previous.sequence + 1, 'server_run', run)
            redis.call('SET', lockKey, caller, 'PX', ttl)
            return { now, store, spoiled, 'resumed', previous.epoch }
        end

        -- 2. Taken. Unless the lock cannot be right: its record has not moved for longer than any lease. A lock whose
        -- record is gone is nobody's: its holder cannot renew it, and the caller waits as if nothing were known.
        if lock and lock ~= caller and previous then
            local isUnmoved = previous.epoch == observedEpoch and previous.sequence == observedSequence
            if not (steals and isUnmoved) then return { now, store, spoiled, 'denied', showLease(previous) } end
        end

        -- 3. Ours. Where terms may have been forgotten the clock in seconds is a floor that none has likely reached.
        local isOld = previous and previous.server_run ~= run
        local least = (not previous or isOld) and number(time[1]) or 0
        local epoch = math.max((previous and previous.epoch or 0) + 1, epochSeen + 1, least)
        redis.call('SET', lockKey, caller, 'PX', ttl)
        redis.call('DEL', leaseKey)
        redis.call('HSET', leaseKey, unpack((pairsOf({ epoch = epoch, incarnation = caller, node = node,
            address = address, sequence = 1, active = 0, release = notReleased, wait_ms = 0, server_run = run },
            leaseHash))))
        own(histKey, 'hist', 'list')
        redis.call('LPUSH', histKey, cjson.encode({ epoch = epoch, node = node, from_ms = now }))
        redis.call('LTRIM', histKey, 0, 99)
        redis.call('PUBLISH', channel, 'lease|' .. epoch .. '|taken')
        return { now, store, spoiled, 'granted', epoch, showLease(previous), bit(isOld) }
        """#)

    /// `LeaseCommand.renew`.
    ///
    /// An expired lock is set again as long as nobody else has taken the term: the record decides. Who leads, and
    /// where, is said each time: somebody may have typed another address, and no follower would find its leader.
    static let renew = Script(
        "renew", takes: LeaseCommand.renewal.names, uses: [leaseReplies],
        #"""
        if not leads(epoch) then return { now, store, spoiled, 'denied', showLease(currentLease()) } end
        local sequence = redis.call('HINCRBY', leaseKey, 'sequence', 1)
        redis.call('HSET', leaseKey, 'node', node, 'address', address)
        if isActive then redis.call('HSET', leaseKey, 'active', 1) end
        redis.call('SET', lockKey, caller, 'PX', ttl)
        return { now, store, spoiled, 'renewed', sequence }
        """#)

    /// `LeaseCommand.release`.
    static let release = Script(
        "release", takes: LeaseCommand.release.names, uses: [leaseReplies],
        #"""
        if not leads(epoch) then return { now, store, spoiled, 'denied', showLease(currentLease()) } end
        redis.call('HSET', leaseKey, 'release', handedOver, 'wait_ms', wait, 'successor', successor,
            'for_reachability', bit(isForReachability))
        if locked() then redis.call('DEL', lockKey) end
        redis.call('PUBLISH', channel, 'lease|' .. epoch .. '|released')
        return { now, store, spoiled, 'done' }
        """#)

    /// `LeaseCommand.reportDeath`.
    ///
    /// The parent of a dead process does not know its last epoch.
    static let reportDeath = Script(
        "reportDeath", uses: [leaseReplies],
        #"""
        local last = currentLease()
        if not (last and leads(last.epoch)) then return { now, store, spoiled, 'denied', showLease(last) } end
        redis.call('HSET', leaseKey, 'release', holderDied, 'wait_ms', 0)
        if locked() then redis.call('DEL', lockKey) end
        redis.call('PUBLISH', channel, 'lease|' .. last.epoch .. '|died')
        return { now, store, spoiled, 'done' }
        """#)

    /// `LeaseCommand.pause`.
    static let pause = Script(
        "pause", takes: LeaseCommand.pause.names,
        #"""
        if length > 0 then
            redis.call('SET', pauseKey, caller, 'PX', length)
        else
            redis.call('DEL', pauseKey)
        end
        redis.call('PUBLISH', channel, 'pause|' .. length)
        return { now, store, spoiled, 'done' }
        """#)

    /// `LeaseCommand.leave`.
    static let leave = Script(
        "leave", keys: ["memberKey"],
        #"""
        own(memberKey, 'member:' .. node, 'hash')
        own(membersKey, 'members', 'set')
        if redis.call('HGET', memberKey, 'incarnation') == caller then
            redis.call('DEL', memberKey)
            redis.call('SREM', membersKey, node)
        end
        return { now, store, spoiled, 'done' }
        """#)
}
