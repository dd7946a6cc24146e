extension Script {
    /// `LeaseCommand.tick`: ARGV 3 node, 4 address, 5 store and 6 event of the position, 7 claims the name, 8 epoch
    /// seen, 9 draining, 10 fitness, 11 life of the member record, 12 most changes, 13 digest of
    /// what the caller keeps, 14… apps to verify.
    ///
    /// The sorted set of apps by the event that last changed them makes a tick cost the same with one app and with ten
    /// thousand. Members are found through a set of names, since a script must not search the keyspace.
    static let tick = Script(
        "tick", [leaseReplies, records],
        #"""
        local node, address = ARGV[3], ARGV[4]

        local function member(name)
            local f = redis.call('HMGET', key('member:' .. name), 'inc', 'addr', 'beat', 'epoch', 'draining', 'fit',
                'apps')
            if not f[1] then return nil end
            return { name, f[1], f[2] or '', number(f[3]), number(f[4]), f[5] == '1' and 1 or 0,
                tonumber(f[6]) or 1, f[7] or '' }
        end

        -- 1. The heartbeat. Another incarnation under our name is left alone unless the caller claims the name.
        local standing = member(node)
        local nameHolder = false
        if standing and standing[2] ~= caller and ARGV[7] ~= '1' then
            nameHolder = standing
        else
            if standing and standing[2] ~= caller then redis.call('DEL', key('member:' .. node)) end
            redis.call('HINCRBY', key('member:' .. node), 'beat', 1)
            redis.call('HSET', key('member:' .. node),
                'inc', caller, 'addr', address, 'epoch', ARGV[8], 'draining', ARGV[9],
                'fit', ARGV[10], 'apps', ARGV[13])
            redis.call('PEXPIRE', key('member:' .. node), ARGV[11])
            redis.call('SADD', key('members'), node)
        end

        local members = {}
        for _, name in ipairs(redis.call('SMEMBERS', key('members'))) do
            local found = member(name)
            if found then members[#members + 1] = found else redis.call('SREM', key('members'), name) end
        end

        -- 2. Records that were lost. One that lost only its place among the changes gets a new one.
        local missing = {}
        for i = 14, #ARGV - 1 do
            local app = ARGV[i]
            if redis.call('EXISTS', key('tok:' .. app)) == 0 then
                missing[#missing + 1] = app
            elseif not redis.call('ZSCORE', key('changes'), app) then
                local record = read(app)
                write(record, nextEvent(record))
            end
        end

        -- 3. What has changed since the caller last looked.
        local newest = number(redis.call('HGET', key('store'), 'event'))
        local most = number(ARGV[12])
        local from = number(ARGV[6])
        local startsOver = ARGV[5] ~= store or from > newest
        if startsOver then from = 0 end
        local found = redis.call('ZRANGEBYSCORE', key('changes'), '(' .. string.format('%.0f', from), '+inf',
            'WITHSCORES', 'LIMIT', 0, most + 1)
        local complete = #found <= 2 * most
        local changes, read_to = {}, newest
        for i = 1, math.min(#found, 2 * most), 2 do
            local shown = show(read(found[i]))
            if shown then changes[#changes + 1] = shown else redis.call('ZREM', key('changes'), found[i]) end
            if not complete then read_to = number(found[i + 1]) end
        end

        -- 4. The lease. A lock without an end is not of our making; it counts as one that has reached its end.
        local left = redis.call('PTTL', key('lock'))
        local lockLeft = false
        if left ~= -2 then lockLeft = math.max(left, 0) end
        local pause = redis.call('PTTL', key('pause'))
        local pauseLeft = pause ~= -2 and math.max(pause, 0)
        return { now, store, showLease(lease()), lockLeft, changes, read_to, startsOver and 1 or 0,
            complete and 1 or 0, missing, pauseLeft, members, nameHolder }
        """#)
}
