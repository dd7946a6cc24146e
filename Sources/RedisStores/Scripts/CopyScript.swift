extension Script {
    /// `CopyStore.copy`: KEYS 8… of each copy: the app's record, then its keys; ARGV 3 epoch, then of each copy: app,
    /// epoch, version, token, left, number of keys, and of each key: kind of content, seconds to take off.
    ///
    /// The keys lie outside the hash slot of all others. A Redis Cluster would refuse them here and need a second
    /// command for each of them, without the fence; but the URL names one server.
    static let copy = Script(
        "copy", [],
        #"""
        if not leads(number(ARGV[3])) then return { now, store, spoiled, 'denied' } end

        -- One key that cannot be written, such as one that the user's rules leave out, keeps no other from it.
        local failure = false
        local function try(...)
            local reply = redis.pcall(...)
            if type(reply) ~= 'table' or not reply.err then return reply end
            failure = failure or reply.err
            return false
        end

        local function content(kind, token, left, less)
            if kind == 'token' then return token end
            if kind == 'quoted' then return cjson.encode(token) end
            return string.format('%.0f', math.floor((now + left) / 1000) - less)
        end

        -- The end of a life is measured anew each time; that much may differ.
        local slack = 2000
        local function stands(name, kind, wanted)
            -- What is not even a string is replaced.
            local found = redis.pcall('GET', name)
            if type(found) ~= 'string' then return false end
            if kind ~= 'end' then return found == wanted end
            return string.match(found, '^%d+$') ~= nil and math.abs(number(found) - number(wanted)) * 1000 <= slack
        end

        local function see(name, kind, wanted, left)
            if not stands(name, kind, wanted) then
                try('SET', name, wanted, 'PX', left)
                return
            end
            -- -1 without an end.
            local ttl = try('PTTL', name)
            if ttl and (ttl < 0 or math.abs(ttl - left) > slack) then try('PEXPIRE', name, left) end
        end

        local at, place = 4, 8
        while at < #ARGV - 1 do
            local app, epoch, version, token = ARGV[at], number(ARGV[at + 1]), number(ARGV[at + 2]), ARGV[at + 3]
            local left, keys = number(ARGV[at + 4]), number(ARGV[at + 5])
            at = at + 6
            -- Of a record that cannot be read nothing is known; the leader sees to it.
            local record = redis.pcall('HMGET', KEYS[place], 'epoch', 'ver', 'expires_at')
            place = place + 1
            local stored, storedVersion = number(record[1]), number(record[2])
            -- A command that runs late must neither bring an older token back nor lengthen a life.
            local isOlder = epoch < stored or (epoch == stored and version < storedVersion)
            if epoch == stored and version == storedVersion then left = math.min(left, number(record[3]) - now) end
            for _ = 1, keys do
                local name, kind, less = KEYS[place], ARGV[at], number(ARGV[at + 1])
                at, place = at + 2, place + 1
                if not isOlder and left > 0 then see(name, kind, content(kind, token, left, less), left) end
            end
        end
        return { now, store, spoiled, 'done', failure and { failure } }
        """#)
}
