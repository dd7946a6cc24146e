extension Script {
    /// Reading and showing a member's record.
    private static let memberRecords = [RedisFormat.member.lua, showingMembers].joined(separator: "\n")

    private static let showingMembers = #"""
        local function readMember(name, key)
            if not own(key, 'member:' .. name, 'hash') then return nil end
            local member, _, fault = readHash(key, memberHash)
            if member.incarnation == '' then fault = fault or 'incarnation' end
            -- Its owner writes it anew with its next tick; until then nobody is known by this name.
            if fault then
                spoil('member:' .. name, fault)
                return nil
            end
            return member
        end

        local function showMember(name, member)
            local digest = member.apps_digest or ''
            return { name, member.incarnation, member.address, member.beats, member.epoch_seen,
                bit(member.draining == '1'), member.reachability or 1, #digest <= 64 and digest or '',
                bit(member.cold == '1') }
        end
        """#

    /// `LeaseCommand.tick`: listed are the members that the caller knows, then the apps to verify, and their records.
    ///
    /// The sorted set of apps by the event that last changed them makes a tick cost the same with one app and with ten
    /// thousand. Members are found through a set of names, since a script must not search the keyspace. Whose records
    /// are not among the keys, since the caller could not know of them, is named only; `look` reads those.
    static let tick = Script(
        "tick", keys: ["memberKey"], takes: TickQuestion.arguments.names, uses: [leaseReplies, records, memberRecords],
        [heartbeat, lostRecords, news, leaseFound].joined(separator: "\n"))

    private static let heartbeat = #"""
        own(membersKey, 'members', 'set')

        -- 1. The heartbeat. Another incarnation under our name is left alone unless the caller claims the name.
        local member = readMember(node, memberKey)
        local nameHolder = false
        if member and member.incarnation ~= caller and not claimsName then
            nameHolder = showMember(node, member)
        else
            local isOurs = member and member.incarnation == caller
            if not isOurs and redis.call('EXISTS', memberKey) == 1 then redis.call('DEL', memberKey) end
            local beats = redis.call('HINCRBY', memberKey, 'beats', 1)
            member = { incarnation = caller, address = address, epoch_seen = epochSeen, draining = draining,
                reachability = reachability, apps_digest = appsDigest, cold = cold }
            redis.call('HSET', memberKey, unpack((pairsOf(member, memberHash))))
            redis.call('PEXPIRE', memberKey, memberLife)
            redis.call('SADD', membersKey, node)
            member.beats = beats
        end

        local members, strangers = { showMember(node, member) }, {}
        local isKnown = { [node] = true }
        for i = 1, memberCount do
            local name = listed(i)
            isKnown[name] = true
            local found = readMember(name, listedKey(i))
            if found then members[#members + 1] = showMember(name, found) end
        end
        for _, name in ipairs(redis.call('SMEMBERS', membersKey)) do
            if not isText(name) or #name > 256 then
                redis.call('SREM', membersKey, name)
            elseif not isKnown[name] and #strangers < 256 then
                strangers[#strangers + 1] = name
            end
        end
        """#

    private static let lostRecords = #"""
        -- 2. Records that were lost. One that does not stand in its place among the changes gets a new one.
        local missing = {}
        for i = memberCount + 1, listedCount do
            local record = read(listed(i), listedKey(i))
            if not record.event then
                missing[#missing + 1] = record.app
            elseif record.fault or tonumber(redis.call('ZSCORE', changesKey, record.app)) ~= record.event then
                write(record, nextEvent(record))
            end
        end
        """#

    private static let news = #"""
        -- 3. What has changed since the caller last looked.
        local newest = number(redis.call('HGET', storeKey, 'event'))
        local from = eventSeen
        local startsOver = storeSeen ~= store or from > newest
        if startsOver then from = 0 end
        local found = redis.call('ZRANGEBYSCORE', changesKey, '(' .. string.format('%.0f', from), '+inf',
            'WITHSCORES', 'LIMIT', 0, mostChanges + 1)
        local isComplete = #found <= 2 * mostChanges
        local changed, readTo = {}, newest
        for i = 1, math.min(#found, 2 * mostChanges), 2 do
            local app, event = found[i], number(found[i + 1])
            if not isText(app) or #app > 256 then
                redis.call('ZREM', changesKey, app)
            else
                changed[#changed + 1] = app
                -- A place that no event can have given.
                if event > newest then redis.call('ZADD', changesKey, newest, app) end
            end
            if not isComplete then readTo = math.min(event, newest) end
        end
        """#

    private static let leaseFound = #"""
        -- 4. The lease. A lock without an end is not of our making; it counts as one that has reached its end.
        own(lockKey, 'lock', 'string')
        local lockLeft = redis.call('PTTL', lockKey)
        -- A pause ends by itself; one that does not would keep everybody from leading for ever.
        local pauseLeft = redis.call('PTTL', pauseKey)
        if pauseLeft == -1 then
            redis.call('DEL', pauseKey)
            spoil('pause', 'time to live')
            pauseLeft = -2
        end
        return { now, store, spoiled, showLease(currentLease()), lockLeft ~= -2 and math.max(lockLeft, 0), changed,
            readTo, bit(startsOver), bit(isComplete), missing, pauseLeft ~= -2 and pauseLeft, members,
            nameHolder, strangers }
        """#

    /// The second half of a tick: reads what the first could only name.
    ///
    /// Listed are those members, then those apps, and their records.
    static let look = Script(
        "look", takes: LookQuestion.arguments.names, uses: [records, memberRecords],
        #"""
        own(membersKey, 'members', 'set')
        local members, changes = {}, {}
        for i = 1, memberCount do
            local name = listed(i)
            local member = readMember(name, listedKey(i))
            if member then
                members[#members + 1] = showMember(name, member)
            else
                redis.call('SREM', membersKey, name)
            end
        end
        for i = memberCount + 1, listedCount do
            local record = read(listed(i), listedKey(i))
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
