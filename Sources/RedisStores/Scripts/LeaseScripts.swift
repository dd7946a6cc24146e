extension Script {
    /// `LeaseCommand.acquire`: ARGV 3 node, 4 address, 5 ttl, 6 floor, 7 epoch and 8 sequence observed, 9 steals.
    ///
    /// The lock is what the others see and expires by itself; the record stays, so that a successor learns of the last
    /// renewal. Neither is trusted alone: a lock of ours without our record (somebody deleted it) is a new term.
    static let acquire = Script(
        "acquire", [leaseReplies],
        #"""
        local ttl, floor = ARGV[5], number(ARGV[6])
        local lock = lockOwner()
        local previous = lease()

        -- 1. Granted before, but the answer was lost.
        if lock == caller and previous and leads(previous.epoch) then
            redis.call('HSET', leaseKey, 'seq', previous.seq + 1, 'run', run)
            redis.call('SET', lockKey, caller, 'PX', ttl)
            return { now, store, spoiled, 'resumed', previous.epoch }
        end

        -- 2. Taken. Unless the lock cannot be right: its record has not moved for longer than any lease. A lock whose
        -- record is gone is nobody's: its holder cannot renew it, and the caller waits as if nothing were known.
        if lock and lock ~= caller and previous then
            local unmoved = previous.epoch == tonumber(ARGV[7]) and previous.seq == tonumber(ARGV[8])
            if not (ARGV[9] == '1' and unmoved) then return { now, store, spoiled, 'denied', showLease(previous) } end
        end

        -- 3. Ours. Where terms may have been forgotten the clock in seconds is a floor that none has likely reached.
        local least = (not previous or previous.old) and number(time[1]) or 0
        local epoch = math.max((previous and previous.epoch or 0) + 1, floor + 1, least)
        redis.call('DEL', leaseKey)
        redis.call('HSET', leaseKey, 'epoch', epoch, 'inc', caller, 'node', ARGV[3], 'addr', ARGV[4],
            'seq', 1, 'active', 0, 'clean', 0, 'left_ms', 0, 'run', run)
        redis.call('SET', lockKey, caller, 'PX', ttl)
        own(historyKey, 'hist', 'list')
        redis.call('LPUSH', historyKey, cjson.encode({ epoch = epoch, node = ARGV[3], from_ms = now }))
        redis.call('LTRIM', historyKey, 0, 99)
        redis.call('PUBLISH', channel, 'lease|' .. epoch .. '|taken')
        return { now, store, spoiled, 'granted', epoch, showLease(previous), previous and previous.old and 1 or 0 }
        """#)

    /// `LeaseCommand.renew`: ARGV 3 epoch, 4 ttl, 5 is active.
    ///
    /// An expired lock is set again as long as nobody else has taken the term: the record decides.
    static let renew = Script(
        "renew", [leaseReplies],
        #"""
        if not leads(number(ARGV[3])) then return { now, store, spoiled, 'denied', showLease(lease()) } end
        local sequence = redis.call('HINCRBY', leaseKey, 'seq', 1)
        if ARGV[5] == '1' then redis.call('HSET', leaseKey, 'active', 1) end
        redis.call('SET', lockKey, caller, 'PX', ARGV[4])
        return { now, store, spoiled, 'renewed', sequence }
        """#)

    /// `LeaseCommand.release`: ARGV 3 epoch, 4 milliseconds the successor must still wait, 5 who it shall be, 6 whether
    /// it is for the way to WeChat.
    static let release = Script(
        "release", [leaseReplies],
        #"""
        if not leads(number(ARGV[3])) then return { now, store, spoiled, 'denied', showLease(lease()) } end
        redis.call('HSET', leaseKey, 'clean', 1, 'left_ms', ARGV[4], 'heir', ARGV[5], 'reach', ARGV[6])
        if locked() then redis.call('DEL', lockKey) end
        redis.call('PUBLISH', channel, 'lease|' .. ARGV[3] .. '|released')
        return { now, store, spoiled, 'done' }
        """#)

    /// `LeaseCommand.reportDeath`: no arguments.
    ///
    /// The parent of a dead process does not know its last epoch.
    static let reportDeath = Script(
        "reportDeath", [leaseReplies],
        #"""
        local last = lease()
        if not (last and leads(last.epoch)) then return { now, store, spoiled, 'denied', showLease(last) } end
        redis.call('HSET', leaseKey, 'clean', 2, 'left_ms', 0)
        if locked() then redis.call('DEL', lockKey) end
        redis.call('PUBLISH', channel, 'lease|' .. last.epoch .. '|died')
        return { now, store, spoiled, 'done' }
        """#)

    /// `LeaseCommand.pause`: ARGV 3 milliseconds, 0 ends it.
    static let pause = Script(
        "pause", [],
        #"""
        if number(ARGV[3]) > 0 then
            redis.call('SET', pauseKey, caller, 'PX', ARGV[3])
        else
            redis.call('DEL', pauseKey)
        end
        redis.call('PUBLISH', channel, 'pause|' .. ARGV[3])
        return { now, store, spoiled, 'done' }
        """#)

    /// `LeaseCommand.leave`: KEYS 8 member record; ARGV 3 node.
    static let leave = Script(
        "leave", [],
        #"""
        own(KEYS[8], 'member:' .. ARGV[3], 'hash')
        own(membersKey, 'members', 'set')
        if redis.call('HGET', KEYS[8], 'inc') == caller then
            redis.call('DEL', KEYS[8])
            redis.call('SREM', membersKey, ARGV[3])
        end
        return { now, store, spoiled, 'done' }
        """#)
}
