/// One atomic step in the store, in Redis's Lua.
///
/// Needs Redis 5.0: see `RedisVersion.least`.
///
/// Rules all scripts follow:
/// - Every key that a script touches is among its `KEYS`, as a Redis Cluster and the proxies before one demand. The
///   first seven are `Keyspace.fixed`; records of apps and members follow.
/// - `ARGV[1]` is a fresh random name, used if the store has none; `ARGV[2]` is the caller's incarnation. (The
///   generator of Lua in Redis starts from the same seed in every script, so chance has to come from outside.) The last
///   argument but one is the channel for hints, the last the server's own identity: a lease tells under which start of
///   the server it was granted.
/// - They decide first and write last, so an error on the way has changed nothing.
/// - A script may run long after its sender gave up, and twice. It compares before it writes.
/// - Times are milliseconds of Redis's own clock. They leave the script as durations relative to `now` only.
/// - **What is spoiled counts as lost**: a key of another type, bytes where a text or a number should stand, a field
///   that is missing. It takes out the one record it is in, and who finds it says so.
/// - Every reply begins with `now`, the store's name and what was found spoiled.
///
/// Numbers are doubles in Lua, exact up to 2^53. What counts (epochs, versions, events) stays below 10^12, which no
/// cluster reaches; more is spoiled, for what is counted up from it would soon be exact no more.
struct Script: Sendable {
    /// For the log and as a key.
    let name: String
    /// What Redis is given.
    let text: String

    /// A script of its own words behind the common ones.
    init(_ name: String, _ parts: [String], _ body: String) {
        self.name = name
        text = ([Script.common] + parts + [body]).joined(separator: "\n")
    }
}

extension Script {
    /// Every script, so that a new connection can be given them all before the first is needed.
    static let all = [
        tick, look, acquire, renew, release, reportDeath, pause, leave, begin, publish, abort, put, restore, copy,
    ]

    /// What every script begins with: clock, store, lease.
    static let common = #"""
        local lockKey, leaseKey, storeKey, changesKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
        local membersKey, historyKey, pauseKey = KEYS[5], KEYS[6], KEYS[7]
        local channel, run = ARGV[#ARGV - 1], ARGV[#ARGV]
        local caller = ARGV[2]
        local function number(value) return tonumber(value) or 0 end

        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        local function isNumber(value)
            return #value <= 16 and string.find(value, '^%-?%d+$') ~= nil
                and math.abs(tonumber(value)) < 9007199254740992
        end
        -- Of what goes up by one: as far from the end of exact numbers as no cluster gets in its life.
        local mostCounted = 1000000000000
        local function isCount(value)
            return isNumber(value) and tonumber(value) >= 0 and tonumber(value) <= mostCounted
        end
        local function isText(value) return #value <= 16384 and not string.find(value, '[^ -~]') end

        -- Pairs of a key's last part and the field at fault; no field: the key is of another type, and gives way.
        local spoiled = {}
        local function spoil(name, field) spoiled[#spoiled + 1] = { name, field } end
        local function own(key, name, kind)
            local found = redis.call('TYPE', key).ok
            if found == 'none' or found == kind then return end
            redis.call('DEL', key)
            spoil(name, '')
        end

        -- The store's name tells a wiped store from the one we knew. Should only this key be lost, the event numbers go
        -- on from the newest change on record.
        own(storeKey, 'store', 'hash')
        own(changesKey, 'changes', 'zset')
        local store, events = unpack(redis.call('HMGET', storeKey, 'id', 'event'))
        if store and not isText(store) then
            spoil('store', 'id')
            store = false
        elseif store and not (events and isCount(events)) then
            spoil('store', 'event')
            store = false
        end
        if not store then
            store = ARGV[1]
            local newest = tonumber(redis.call('ZREVRANGE', changesKey, 0, 0, 'WITHSCORES')[2]) or 0
            if not (newest >= 0 and newest <= mostCounted) then newest = 0 end
            redis.call('HSET', storeKey, 'id', store, 'event', newest)
        end

        -- The lease's record; nil if there is none. One that is spoiled is as good as lost: nothing in it is believed,
        -- not its epoch either, and whoever takes the lease next waits as if nothing were known.
        local leaseFields = { 'epoch', 'inc', 'node', 'addr', 'seq', 'active', 'clean', 'left_ms', 'heir',
            'reach', 'run' }
        local leaseNumbers = { epoch = isCount, seq = isCount, clean = isNumber, left_ms = isNumber }
        local leaseNeeds = { epoch = true, inc = true, node = true, addr = true, seq = true }
        local longestLeft = 3600000
        local function readLease()
            own(leaseKey, 'lease', 'hash')
            local found, l, fault = redis.call('HMGET', leaseKey, unpack(leaseFields)), {}, nil
            for i, name in ipairs(leaseFields) do
                local value = found[i]
                if value and leaseNumbers[name] and leaseNumbers[name](value) then
                    l[name] = tonumber(value)
                elseif value and not leaseNumbers[name] and isText(value) then
                    l[name] = value
                elseif value or leaseNeeds[name] then
                    fault = fault or name
                end
            end
            if next(l) == nil and redis.call('EXISTS', leaseKey) == 0 then return nil end
            local clean, left = l.clean or 0, l.left_ms or 0
            if clean < 0 or clean > 2 then fault = fault or 'clean' end
            -- Whoever releases says how long to wait; without that nobody knows that no call is in flight.
            if left < 0 or left > longestLeft or clean ~= 0 and not l.left_ms then fault = fault or 'left_ms' end
            if fault then
                spoil('lease', fault)
                return nil
            end
            return { epoch = l.epoch, inc = l.inc, node = l.node, addr = l.addr, seq = l.seq, active = l.active == '1',
                clean = clean, left = left, heir = l.heir or '', reach = l.reach == '1', old = l.run ~= run }
        end
        local leaseFound = nil
        local function lease()
            leaseFound = leaseFound or { readLease() }
            return leaseFound[1]
        end

        -- "The lease is the caller's", of this epoch and not released.
        local function leads(epoch)
            local l = lease()
            return l ~= nil and l.inc == caller and l.epoch == epoch and l.clean == 0
        end

        local function lockOwner()
            own(lockKey, 'lock', 'string')
            return redis.call('GET', lockKey)
        end

        -- "The lock is the caller's."
        local function locked() return lockOwner() == caller end
        """#

    /// How a lease record is shown.
    ///
    /// `clean`: 0 not released, 1 handed over by its holder, 2 its holder has died.
    static let leaseReplies = #"""
        local function showLease(l)
            if not l then return false end
            return { l.epoch, l.node, l.inc, l.addr, l.seq, l.active and 1 or 0, l.clean, l.left, l.heir,
                l.reach and 1 or 0 }
        end
        """#

    /// Reading, writing and showing an app's record.
    static let records = #"""
        local numbers = { 'ev', 'ver', 'epoch', 'life', 'issued_at', 'expires_at', 'i_epoch', 'i_ev', 'i_at', 'o_epoch',
            'taint', 'taint_at', 'err', 'day', 'rotations', 'ow', 'ow_at' }
        local texts = { 'token', 'fp', 'prev_fps', 'i_id', 'p_id', 'why' }
        local fields, isNumeric = {}, {}
        for _, name in ipairs(numbers) do
            fields[#fields + 1] = name
            isNumeric[name] = isNumber
        end
        for _, name in ipairs({ 'ev', 'ver', 'epoch', 'i_epoch', 'i_ev', 'o_epoch', 'taint', 'rotations', 'ow' }) do
            isNumeric[name] = isCount
        end
        for _, name in ipairs(texts) do fields[#fields + 1] = name end
        -- Without these a record is worth as much as with them, but for what they tell people.
        local isSpare = { prev_fps = true, err = true, why = true, day = true, rotations = true, ow = true,
            ow_at = true }
        local today = math.floor(now / 86400000)

        -- Which field is missing beside those that are there.
        local function gap(record)
            local function lacks(...)
                for _, name in ipairs({ ... }) do
                    if not record[name] then return name end
                end
            end
            return record.token and lacks('fp', 'ver', 'epoch', 'life', 'issued_at', 'expires_at')
                or record.i_id and lacks('i_epoch', 'i_ev', 'i_at')
                or record.taint and lacks('taint_at')
                or next(record) ~= nil and lacks('ev')
        end

        -- A record without an event is none. `fault`: something in it is spoiled; if it is not a spare field, the whole
        -- record counts as lost, and whoever writes it next writes it anew.
        local function read(app, key)
            own(key, 'tok:' .. app, 'hash')
            local record, fault, grave = {}, nil, nil
            for i, value in ipairs(redis.call('HMGET', key, unpack(fields))) do
                local name = fields[i]
                if value and isNumeric[name] and isNumeric[name](value) then
                    record[name] = tonumber(value)
                elseif value and not isNumeric[name] and (name == 'why' and #value <= 4096 or isText(value)) then
                    record[name] = value
                elseif value then
                    fault = fault or name
                    if not isSpare[name] then grave = grave or name end
                end
            end
            grave = grave or gap(record)
            if grave then record, fault = {}, grave end
            if fault then spoil('tok:' .. app, fault) end
            record.app, record.key, record.fault = app, key, fault
            return record
        end

        -- The number of the event that is about to change the record: larger than all before, in this record too.
        local function nextEvent(record)
            return math.max(number(redis.call('HGET', storeKey, 'event')), record.ev or 0) + 1
        end

        -- Fields that this version does not know are left alone.
        local function write(record, event)
            record.ev = event
            if record.fault then redis.call('DEL', record.key) end
            redis.call('HSET', storeKey, 'event', event)
            local set, unset = {}, {}
            for _, names in ipairs({ numbers, texts }) do
                for _, name in ipairs(names) do
                    if record[name] then
                        set[#set + 1] = name
                        set[#set + 1] = record[name]
                    else
                        unset[#unset + 1] = name
                    end
                end
            end
            redis.call('HSET', record.key, unpack(set))
            if #unset > 0 then redis.call('HDEL', record.key, unpack(unset)) end
            redis.call('ZADD', changesKey, event, record.app)
            local what = record.taint and 'taint|' .. record.app or 'tok|' .. record.app .. '|' .. (record.ver or 0)
            redis.call('PUBLISH', channel, what)
        end

        local function closeIntent(record)
            record.i_id, record.i_epoch, record.i_ev, record.i_at = nil, nil, nil, nil
        end

        -- The published token may have been replaced at `at`. A doubt that is older keeps its age, one that is later
        -- keeps its number: no new doubt makes an earlier one look better.
        local function doubt(record, event, at)
            record.taint_at = record.taint and math.min(record.taint_at or at, at) or at
            record.taint = math.max(record.taint or 0, event)
        end

        local function show(record)
            if not record.ev then return false end
            local issue = record.token and { record.token, record.fp or '', record.life or 0,
                (record.expires_at or 0) - now, now - (record.issued_at or now) }
            local intent = record.i_id and { record.i_id, record.i_epoch or 0, record.i_ev or 0,
                now - (record.i_at or 0) }
            local taint = record.taint and { record.taint, now - (record.taint_at or 0) }
            local trouble = record.why and { record.err or false, record.why }
            local overwrites = record.ow and { record.ow, now - (record.ow_at or now) }
            return { record.app, record.ev, record.ver or 0, record.epoch or 0, issue or false, record.prev_fps or '',
                intent or false, taint or false, trouble or false,
                record.day == today and record.rotations or 0, overwrites or false }
        end

        local function answer(outcome, record) return { now, store, spoiled, outcome, show(record) } end
        """#

    /// Setting a new token in the place of the old one.
    static let issuing = #"""
        -- The current token's fingerprint must not stand among the earlier ones: a report of it would be answered with
        -- itself, for ever.
        local function remember(record, fp)
            local kept = {}
            local function keep(old)
                if old and old ~= fp and #kept < 4 then kept[#kept + 1] = old end
            end
            keep(record.fp)
            for old in string.gmatch(record.prev_fps or '', '[^,]+') do keep(old) end
            record.prev_fps = table.concat(kept, ',')
        end

        local function issue(record, version, epoch, token, fp, life, left)
            remember(record, fp)
            record.ver, record.epoch = version, epoch
            record.token, record.fp, record.life = token, fp, life
            record.issued_at, record.expires_at = now, now + left
            record.err, record.why = nil, nil
        end
        """#
}
