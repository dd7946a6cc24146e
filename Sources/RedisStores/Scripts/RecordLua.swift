extension Script {
    /// How a lease record is shown.
    static let leaseReplies = #"""
        local function showLease(lease)
            if not lease then return false end
            return { lease.epoch, lease.node, lease.incarnation, lease.address, lease.sequence,
                bit(lease.active == '1'), lease.release, lease.wait_ms, lease.successor,
                bit(lease.for_reachability == '1') }
        end
        """#

    /// Reading, writing and showing an app's record.
    static let records = [RedisFormat.record.lua, readingRecords, writingRecords, showingRecords]
        .joined(separator: "\n")

    private static let readingRecords = #"""
        local today = math.floor(now / 86400000)

        -- Which field is missing beside those that are there.
        local function gap(record)
            local function lacks(...)
                for _, name in ipairs({ ... }) do
                    if not record[name] then return name end
                end
            end
            return record.token and lacks('fingerprint', 'version', 'epoch', 'life_ms', 'issued_at', 'expires_at')
                or record.intent and lacks('intent_epoch', 'intent_event', 'intent_at')
                or record.uncertain_event and lacks('uncertain_since')
                or next(record) ~= nil and lacks('event')
        end

        -- The record of an app, with three things beside its fields: `app`, `key`, and `fault`, the first field that is
        -- spoiled. If that is not a spare field, the whole record counts as lost, and whoever writes it next writes it
        -- anew. A record without an event is none.
        local function read(app, key)
            local record, fault, grave = {}, nil, nil
            if own(key, 'tok:' .. app, 'hash') then
                record, fault, grave = readHash(key, recordHash)
                grave = grave or gap(record)
            end
            if grave then record, fault = {}, grave end
            if fault then spoil('tok:' .. app, fault) end
            record.app, record.key, record.fault = app, key, fault
            return record
        end
        """#

    private static let writingRecords = #"""
        -- The number of the event that is about to change the record: larger than all before, in this record too.
        local function nextEvent(record)
            return math.max(number(redis.call('HGET', storeKey, 'event')), record.event or 0) + 1
        end

        -- Fields that this version does not know are left alone.
        local function write(record, event)
            record.event = event
            if record.fault then redis.call('DEL', record.key) end
            redis.call('HSET', storeKey, 'event', event)
            local set, unset = pairsOf(record, recordHash)
            redis.call('HSET', record.key, unpack(set))
            if #unset > 0 then redis.call('HDEL', record.key, unpack(unset)) end
            redis.call('ZADD', changesKey, event, record.app)
            redis.call('PUBLISH', channel, record.uncertain_event and 'uncertain|' .. record.app
                or 'tok|' .. record.app .. '|' .. (record.version or 0))
        end

        local function closeIntent(record)
            record.intent, record.intent_epoch, record.intent_event, record.intent_at = nil, nil, nil, nil
        end

        -- The published token may have been replaced at `since`. An earlier time stands, and so does a later event: no
        -- new uncertainty makes an earlier one look better.
        local function markUncertain(record, event, since)
            record.uncertain_since = record.uncertain_event and math.min(record.uncertain_since or since, since)
                or since
            record.uncertain_event = math.max(record.uncertain_event or 0, event)
        end

        local function settle(record) record.uncertain_event, record.uncertain_since = nil, nil end
        """#

    private static let showingRecords = #"""
        local function show(record)
            if not record.event then return false end
            local issue = record.token and { record.token, record.fingerprint, record.life_ms,
                record.expires_at - now, now - record.issued_at }
            local intent = record.intent and { record.intent, record.intent_epoch, record.intent_event,
                now - record.intent_at }
            local uncertain = record.uncertain_event and { record.uncertain_event, now - record.uncertain_since }
            local trouble = record.reason and { record.errcode or false, record.reason }
            local external = record.external_rotations and { record.external_rotations,
                now - (record.last_external_rotation_at or now) }
            return { record.app, record.event, record.version or 0, record.epoch or 0, issue or false,
                record.previous_fingerprints or '', intent or false, uncertain or false, trouble or false,
                record.rotations_day == today and record.rotations or 0, external or false }
        end

        local function answer(outcome, record) return { now, store, spoiled, outcome, show(record) } end
        """#

    /// Setting a new token in the place of the old one.
    static let issuing = #"""
        -- The current token's fingerprint must not stand among the earlier ones: a report of it would be answered with
        -- itself, for ever.
        local function remember(record, fingerprint)
            local kept = {}
            local function keep(old)
                if old and old ~= fingerprint and #kept < 4 then kept[#kept + 1] = old end
            end
            keep(record.fingerprint)
            for old in string.gmatch(record.previous_fingerprints or '', '[^,]+') do keep(old) end
            record.previous_fingerprints = table.concat(kept, ',')
        end

        local function issue(record, version, epoch, token, fingerprint, life, left)
            remember(record, fingerprint)
            record.version, record.epoch = version, epoch
            record.token, record.fingerprint, record.life_ms = token, fingerprint, life
            record.issued_at, record.expires_at = now, now + left
            record.errcode, record.reason = nil, nil
        end
        """#
}
