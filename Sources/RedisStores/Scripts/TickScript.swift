extension Script {
    /// Reading a member's record: name, key.
    private static let memberRecords = #"""
        local function member(name, key)
            own(key, 'member:' .. name, 'hash')
            local f = redis.call('HMGET', key, 'inc', 'addr', 'beat', 'epoch', 'draining', 'fit', 'apps',
                'cold')
            local inc, addr, beat, epoch = f[1], f[2], f[3], f[4]
            if not (inc or addr or beat or epoch) then return nil end
            local fault = not (inc and inc ~= '' and isText(inc)) and 'inc' or not (addr and isText(addr)) and 'addr'
                or not (beat and isCount(beat)) and 'beat' or not (epoch and isCount(epoch)) and 'epoch'
            -- Its owner writes it anew with its next tick; until then nobody is known by this name.
            if fault then
                spoil('member:' .. name, fault)
                return nil
            end
            local apps = f[7] and isText(f[7]) and #f[7] <= 64 and f[7] or ''
            return { name, inc, addr, tonumber(beat), tonumber(epoch), f[5] == '1' and 1 or 0, tonumber(f[6]) or 1,
                apps, f[8] == '1' and 1 or 0 }
        end
        """#

    /// `LeaseCommand.tick`: KEYS 8 the caller's member record, then those of the members it knows, then the records to
    /// verify; ARGV 3 node, 4 address, 5 store and 6 event of the position, 7 claims the name, 8 epoch seen, 9
    /// draining, 10 fitness, 11 life of the member record, 12 most changes, 13 digest of what the caller keeps, 14
    /// whether it is cold, 15 number of members, 16… their names, then the apps to verify.
    ///
    /// The sorted set of apps by the event that last changed them makes a tick cost the same with one app and with ten
    /// thousand. Members are found through a set of names, since a script must not search the keyspace. Whose records
    /// are not among the keys, since the caller could not know of them, is named only; `look` reads those.
    static let tick = Script(
        "tick", [leaseReplies, records, memberRecords],
        #"""
        local node, address = ARGV[3], ARGV[4]
        own(membersKey, 'members', 'set')

        -- 1. The heartbeat. Another incarnation under our name is left alone unless the caller claims the name.
        local standing = member(node, KEYS[8])
        local nameHolder = false
        if standing and standing[2] ~= caller and ARGV[7] ~= '1' then
            nameHolder = standing
        else
            if not standing or standing[2] ~= caller then redis.call('DEL', KEYS[8]) end
            redis.call('HINCRBY', KEYS[8], 'beat', 1)
            redis.call('HSET', KEYS[8],
                'inc', caller, 'addr', address, 'epoch', ARGV[8], 'draining', ARGV[9],
                'fit', ARGV[10], 'apps', ARGV[13], 'cold', ARGV[14])
            redis.call('PEXPIRE', KEYS[8], ARGV[11])
            redis.call('SADD', membersKey, node)
            standing = member(node, KEYS[8])
        end

        local members, strangers = {}, {}
        if standing then members[1] = standing end
        local count = number(ARGV[15])
        local isKnown = { [node] = true }
        for i = 1, count do
            local name = ARGV[15 + i]
            isKnown[name] = true
            local found = member(name, KEYS[8 + i])
            if found then members[#members + 1] = found end
        end
        for _, name in ipairs(redis.call('SMEMBERS', membersKey)) do
            if not isText(name) or #name > 256 then
                redis.call('SREM', membersKey, name)
            elseif not isKnown[name] and #strangers < 256 then
                strangers[#strangers + 1] = name
            end
        end

        -- 2. Records that were lost. One that does not stand in its place among the changes gets a new one.
        local missing = {}
        local first = 16 + count
        for i = first, #ARGV - 2 do
            local record = read(ARGV[i], KEYS[9 + count + i - first])
            if not record.ev then
                missing[#missing + 1] = record.app
            elseif record.fault or tonumber(redis.call('ZSCORE', changesKey, record.app)) ~= record.ev then
                write(record, nextEvent(record))
            end
        end

        -- 3. What has changed since the caller last looked.
        local newest = number(redis.call('HGET', storeKey, 'event'))
        local most = number(ARGV[12])
        local from = number(ARGV[6])
        local startsOver = ARGV[5] ~= store or from > newest
        if startsOver then from = 0 end
        local found = redis.call('ZRANGEBYSCORE', changesKey, '(' .. string.format('%.0f', from), '+inf',
            'WITHSCORES', 'LIMIT', 0, most + 1)
        local complete = #found <= 2 * most
        local changed, read_to = {}, newest
        for i = 1, math.min(#found, 2 * most), 2 do
            local app, event = found[i], number(found[i + 1])
            if not isText(app) or #app > 256 then
                redis.call('ZREM', changesKey, app)
            else
                changed[#changed + 1] = app
                -- A place that no event can have given.
                if event > newest then redis.call('ZADD', changesKey, newest, app) end
            end
            if not complete then read_to = math.min(event, newest) end
        end

        -- 4. The lease. A lock without an end is not of our making; it counts as one that has reached its end.
        own(lockKey, 'lock', 'string')
        local left = redis.call('PTTL', lockKey)
        local lockLeft = false
        if left ~= -2 then lockLeft = math.max(left, 0) end
        local pause = redis.call('PTTL', pauseKey)
        local pauseLeft = pause ~= -2 and math.max(pause, 0)
        local shown = showLease(lease())
        return { now, store, spoiled, shown, lockLeft, changed, read_to, startsOver and 1 or 0, complete and 1 or 0,
            missing, pauseLeft, members, nameHolder, strangers }
        """#)

    /// The second half of a tick: reads what the first could only name.
    ///
    /// KEYS 8… the records of members, then those of apps; ARGV 3 number of members, 4… their names, then the apps.
    static let look = Script(
        "look", [records, memberRecords],
        #"""
        own(membersKey, 'members', 'set')
        local members, changes = {}, {}
        local count = number(ARGV[3])
        for i = 1, count do
            local name = ARGV[3 + i]
            local found = member(name, KEYS[7 + i])
            if found then members[#members + 1] = found else redis.call('SREM', membersKey, name) end
        end
        for i = count + 1, #ARGV - 5 do
            local record = read(ARGV[3 + i], KEYS[7 + i])
            local shown = show(record)
            if shown then
                changes[#changes + 1] = shown
            elseif not record.fault and redis.call('EXISTS', record.key) == 0 then
                redis.call('ZREM', changesKey, record.app)
            end
        end
        return { now, store, spoiled, members, changes }
        """#)
}
