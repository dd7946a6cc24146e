internal import KeeperPorts

extension Script {
    /// `MirrorStore.mirror`: listed are the mirrors, each followed by its keys; and of each mirror the app's record,
    /// followed by the keys.
    ///
    /// The keys lie outside the hash slot of all others. A Redis Cluster would refuse them here and need a second
    /// command for each of them, without the fence; but the URL names one server.
    static let mirror = Script(
        "mirror", takes: MirrorOrder.arguments.names,
        [cursor, Mirror.arguments.reader("nextMirror"), MirrorKey.arguments.reader("nextMirrorKey"), writing, going]
            .joined(separator: "\n"))

    /// Walking through the two lists.
    private static let cursor = #"""
        local lastListed, lastKey = 0, 0
        local function nextListed()
            lastListed = lastListed + 1
            return listed(lastListed)
        end
        local function nextKey()
            lastKey = lastKey + 1
            return listedKey(lastKey)
        end
        """#

    private static let writing = #"""
        -- One key that cannot be written, such as one that the user's rules leave out, keeps no other from it.
        local failure = false
        local function try(...)
            local reply = redis.pcall(...)
            if type(reply) ~= 'table' or not reply.err then return reply end
            failure = failure or reply.err
            return false
        end

        local function content(kind, token, left, lessSeconds)
            if kind == 'token' then return token end
            if kind == 'quoted' then return cjson.encode(token) end
            return string.format('%.0f', math.floor((now + left) / 1000) - lessSeconds)
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
        """#

    private static let going = #"""
        if not leads(epoch) then return { now, store, spoiled, 'denied' } end
        while lastListed < listedCount do
            local mirror = nextMirror()
            local left = mirror.left
            -- Of a record that cannot be read nothing is known; the leader sees to it.
            local stored = redis.pcall('HMGET', nextKey(), 'epoch', 'version', 'expires_at')
            local storedEpoch, storedVersion = number(stored[1]), number(stored[2])
            -- A command that runs late must neither bring an older token back nor lengthen a life.
            local isOlder = mirror.epoch < storedEpoch
                or (mirror.epoch == storedEpoch and mirror.version < storedVersion)
            if mirror.epoch == storedEpoch and mirror.version == storedVersion then
                left = math.min(left, number(stored[3]) - now)
            end
            for _ = 1, mirror.keyCount do
                local name, key = nextKey(), nextMirrorKey()
                if not isOlder and left > 0 then
                    see(name, key.kind, content(key.kind, mirror.token, left, key.lessSeconds), left)
                end
            end
        end
        return { now, store, spoiled, 'done', failure and { failure } }
        """#
}
