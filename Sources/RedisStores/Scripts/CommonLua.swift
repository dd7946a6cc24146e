extension Script {
    /// What every script begins with: clock, store, lease.
    static let common = [clock, forms, RedisFormat.store.lua, store, RedisFormat.lease.lua, ReleaseWord.lua, lease]
        .joined(separator: "\n")

    private static let clock = #"""
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        """#

    /// What may stand in a field, and reading and writing a hash by its table.
    private static let forms = #"""
        local function isNumber(value)
            return #value <= 16 and string.find(value, '^%-?%d+$') ~= nil
                and math.abs(tonumber(value)) < 9007199254740992
        end
        -- Of what goes up by one: as far from the end of exact numbers as no cluster gets in its life. No round number:
        -- what somebody has set to the limit is spoiled again each time that it was counted up.
        local mostCounted = 1001000000000
        local function isCount(value)
            return isNumber(value) and tonumber(value) >= 0 and tonumber(value) <= mostCounted
        end
        local function isText(value) return #value <= 16384 and not string.find(value, '[^ -~]') end
        local function isWords(value) return #value <= 4096 or isText(value) end
        local function bit(value) return value and 1 or 0 end

        -- Pairs of a key's last part and the field at fault; no field: the key is of another type, and gives way.
        local spoiled = {}
        local function spoil(name, field) spoiled[#spoiled + 1] = { name, field } end
        -- Whether there is such a key.
        local function own(key, name, kind)
            local found = redis.call('TYPE', key).ok
            if found == kind then return true end
            if found ~= 'none' then
                redis.call('DEL', key)
                spoil(name, '')
            end
            return false
        end

        -- What stands in a hash, by field; the first field with something else in it than belongs there; and the first
        -- such for which nothing in the hash is to be believed.
        local function readHash(key, hash)
            local values, fault, grave = {}, nil, nil
            for i, value in ipairs(redis.call('HMGET', key, unpack(hash.names))) do
                local name = hash.names[i]
                if value and hash.isValid[name](value) then
                    values[name] = hash.isNumeric[name] and tonumber(value) or value
                elseif value or hash.isNeeded[name] then
                    if value then fault = fault or name end
                    if not hash.isSpare[name] then grave = grave or name end
                end
            end
            return values, fault, grave
        end

        -- Pairs of those fields that have a value, and the names of the others.
        local function pairsOf(values, hash)
            local set, unset = {}, {}
            for _, name in ipairs(hash.names) do
                if values[name] ~= nil then
                    set[#set + 1] = name
                    set[#set + 1] = values[name]
                else
                    unset[#unset + 1] = name
                end
            end
            return set, unset
        end
        """#

    /// The number of the format, before anything else is looked at; and the store's name, which tells a wiped store
    /// from the one we knew.
    private static let store = #"""
        local hasStore = own(storeKey, 'store', 'hash')
        local format, store, events = unpack(redis.call('HMGET', storeKey, unpack(storeHash.names)))
        if hasStore and format ~= knownFormat then
            local isLegible = format and #format <= 9 and not string.find(format, '%D')
            return { err = 'FORMAT ' .. (isLegible and format or format and 'unreadable' or 'none') }
        end
        own(changesKey, 'changes', 'zset')
        if store and not isText(store) then
            spoil('store', 'id')
            store = false
        elseif store and not (events and isCount(events)) then
            spoil('store', 'event')
            store = false
        end
        -- Should only this key be lost, the event numbers go on from the newest change on record.
        if not store then
            store = freshName
            local newest = tonumber(redis.call('ZREVRANGE', changesKey, 0, 0, 'WITHSCORES')[2]) or 0
            if not (newest >= 0 and newest <= mostCounted) then newest = 0 end
            redis.call('HSET', storeKey, 'format', knownFormat, 'id', store, 'event', newest)
        end
        """#

    /// The lease's record and the lock.
    private static let lease = #"""
        -- The lease's record; nil if there is none. One that is spoiled is as good as lost: nothing in it is believed,
        -- not its epoch either, and whoever takes the lease next waits as if nothing were known.
        local longestWait = 3600000
        local function readLease()
            if not own(leaseKey, 'lease', 'hash') then return nil end
            local lease, _, fault = readHash(leaseKey, leaseHash)
            local release, wait = lease.release or notReleased, lease.wait_ms or 0
            if release ~= notReleased and release ~= handedOver and release ~= holderDied then
                fault = fault or 'release'
            end
            -- Whoever releases says how long to wait; without that nobody knows that no call is in flight.
            if wait < 0 or wait > longestWait or release ~= notReleased and not lease.wait_ms then
                fault = fault or 'wait_ms'
            end
            if fault then
                spoil('lease', fault)
                return nil
            end
            lease.release, lease.wait_ms, lease.successor = release, wait, lease.successor or ''
            return lease
        end
        local leaseFound = nil
        local function currentLease()
            leaseFound = leaseFound or { readLease() }
            return leaseFound[1]
        end

        -- "The lease is the caller's", of this epoch and not released.
        local function leads(epoch)
            local lease = currentLease()
            return lease ~= nil and lease.incarnation == caller and lease.epoch == epoch
                and lease.release == notReleased
        end

        local function lockOwner()
            own(lockKey, 'lock', 'string')
            return redis.call('GET', lockKey)
        end

        -- "The lock is the caller's."
        local function locked() return lockOwner() == caller end
        """#
}
