/// One atomic step in the store, in Redis's Lua.
///
/// Rules all scripts follow:
/// - `KEYS[1]` is the common prefix `wxkeeper:{NAME}:`. The names of the keys are made from it inside the script,
///   because apps and members are only known there; the braces keep all of them in one hash slot of a Redis Cluster.
/// - `ARGV[1]` is a fresh random name, used if the store has none; `ARGV[2]` is the caller's incarnation. (The
///   generator of Lua in Redis starts from the same seed in every script, so chance has to come from outside.) The last
///   argument is the server's own identity: a lease tells under which start of the server it was granted.
/// - They decide first and write last, so an error on the way has changed nothing.
/// - A script may run long after its sender gave up, and twice. It compares before it writes.
/// - Times are milliseconds of Redis's own clock. They leave the script as durations relative to `now` only.
/// - Every reply begins with `now` and the store's name.
///
/// Numbers are doubles in Lua: epochs, versions and event numbers are exact up to 2^53.
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
        tick, acquire, renew, release, reportDeath, pause, leave, begin, publish, abort, put, restore, copy,
    ]

    /// What every script begins with: clock, store, lease.
    static let common = #"""
        local function key(name) return KEYS[1] .. name end
        local function number(value) return tonumber(value) or 0 end

        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local caller = ARGV[2]
        local run = ARGV[#ARGV]

        -- The store's name tells a wiped store from the one we knew. Should only this key be lost, the event numbers go
        -- on from the newest change on record.
        local store = redis.call('HGET', key('store'), 'id')
        if not store then
            store = ARGV[1]
            local newest = redis.call('ZREVRANGE', key('changes'), 0, 0, 'WITHSCORES')
            redis.call('HSET', key('store'), 'id', store, 'event', newest[2] or 0)
        end

        local function lease()
            local f = redis.call('HMGET', key('lease'),
                'epoch', 'inc', 'node', 'addr', 'seq', 'active', 'clean', 'left_ms', 'heir', 'reach', 'run')
            if not f[1] or not f[2] then return nil end
            return { epoch = number(f[1]), inc = f[2], node = f[3] or '', addr = f[4] or '', seq = number(f[5]),
                active = f[6] == '1', clean = number(f[7]), left = number(f[8]),
                heir = f[9] or '', reach = f[10] == '1', old = f[11] ~= run }
        end

        -- "The lease is the caller's", of this epoch and not released.
        local function leads(epoch)
            local l = lease()
            return l ~= nil and l.inc == caller and l.epoch == epoch and l.clean == 0
        end

        -- "The lock is the caller's."
        local function locked() return redis.call('GET', key('lock')) == caller end
        """#

    /// How a lease record is shown. `clean`: 0 not released, 1 handed over by its holder, 2 its holder has died.
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
        local today = math.floor(now / 86400000)

        local function read(app)
            local record = { app = app }
            for i, value in ipairs(redis.call('HMGET', key('tok:' .. app), unpack(numbers))) do
                if value then record[numbers[i]] = number(value) end
            end
            for i, value in ipairs(redis.call('HMGET', key('tok:' .. app), unpack(texts))) do
                if value then record[texts[i]] = value end
            end
            return record
        end

        -- The number of the event that is about to change the record: larger than all before, in this record too.
        local function nextEvent(record)
            return math.max(number(redis.call('HGET', key('store'), 'event')), record.ev or 0) + 1
        end

        -- Fields that this version does not know are left alone.
        local function write(record, event)
            record.ev = event
            redis.call('HSET', key('store'), 'event', event)
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
            redis.call('HSET', key('tok:' .. record.app), unpack(set))
            if #unset > 0 then redis.call('HDEL', key('tok:' .. record.app), unpack(unset)) end
            redis.call('ZADD', key('changes'), event, record.app)
            local what = record.taint and 'taint|' .. record.app or 'tok|' .. record.app .. '|' .. (record.ver or 0)
            redis.call('PUBLISH', key('ev'), what)
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

        local function answer(outcome, record) return { now, store, outcome, show(record) } end
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
