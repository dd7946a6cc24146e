extension Script {
    /// `CredentialCommand.put`: KEYS 8 record; ARGV 3 app, 4 epoch, 5 token, 6 fingerprint, 7 life, 8 left, 9 known
    /// version, 10 settled event.
    static let put = Script(
        "put", [records, issuing],
        #"""
        local epoch, fp = number(ARGV[4]), ARGV[6]
        local life, left, settled = number(ARGV[7]), number(ARGV[8]), number(ARGV[10])
        local record = read(ARGV[3], KEYS[8])
        if not leads(epoch) then return answer('notHolder', record) end
        if (record.ver or 0) ~= number(ARGV[9]) then return answer('changed', record) end

        local isChanged = false
        if record.token and record.fp == fp then
            if now + left > (record.expires_at or 0) then
                record.life, record.expires_at = life, now + left
                isChanged = true
            end
            if record.why then
                record.err, record.why = nil, nil
                isChanged = true
            end
        else
            issue(record, (record.ver or 0) + 1, epoch, ARGV[5], fp, life, left)
            isChanged = true
        end
        -- Normal mode of stable_token returns the newest token, which answers every doubt from before the call.
        if record.taint and record.taint <= settled then
            record.taint, record.taint_at = nil, nil
            isChanged = true
        end
        if record.i_id and (record.i_ev or 0) <= settled then
            closeIntent(record)
            isChanged = true
        end
        if isChanged then write(record, nextEvent(record)) end
        return answer('accepted', record)
        """#)

    /// `CredentialCommand.restore`: KEYS 8 record; ARGV 3 app, 4 epoch, 5 version, 6 epoch of the record, 7 whether
    /// there is a token, 8 token, 9 fingerprint, 10 life, 11 left, 12 age, 13 previous fingerprints, 14 age of the
    /// oldest doubt or empty, 15 whether there is a trouble, 16 its errcode or empty, 17 its summary, 18 rotations
    /// today, 19 overwrites or empty, 20 age of the last.
    ///
    /// A doubt in what is written or in what is overwritten stays a doubt: an open intent among them is one, since its
    /// call can no longer be told from the one that brought this token.
    static let restore = Script(
        "restore", [records],
        #"""
        local epoch, version, published = number(ARGV[4]), number(ARGV[5]), number(ARGV[6])
        local stored = read(ARGV[3], KEYS[8])
        if not (leads(epoch) and locked()) then return answer('notHolder', stored) end
        local isLower = not stored.ev or (stored.epoch or 0) < published
            or ((stored.epoch or 0) == published and (stored.ver or 0) < version)
        if not isLower then return answer('changed', stored) end

        local event = nextEvent(stored)
        local record = { app = ARGV[3], key = KEYS[8], fault = stored.fault, ev = stored.ev, ver = version,
            epoch = published, o_epoch = epoch, prev_fps = ARGV[13] }
        if ARGV[7] == '1' then
            record.token, record.fp, record.life = ARGV[8], ARGV[9], number(ARGV[10])
            record.expires_at, record.issued_at = now + number(ARGV[11]), now - number(ARGV[12])
        end
        if ARGV[14] ~= '' then doubt(record, event, now - number(ARGV[14])) end
        if stored.taint then doubt(record, event, stored.taint_at or now) end
        if stored.i_id then doubt(record, event, stored.i_at or now) end
        if ARGV[15] == '1' then record.err, record.why = tonumber(ARGV[16]), ARGV[17] end
        -- The day's budget is not made anew by losing the store.
        record.rotations = math.max(number(ARGV[18]), stored.day == today and stored.rotations or 0)
        record.day = today
        local ow, ow_at = number(ARGV[19]), now - number(ARGV[20])
        if (stored.ow or 0) >= ow then ow, ow_at = stored.ow, stored.ow_at end
        record.ow, record.ow_at = ow, ow_at
        write(record, event)
        return answer('accepted', record)
        """#)
}
