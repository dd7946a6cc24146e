extension Script {
    /// `CredentialCommand.begin`: KEYS 8 record; ARGV 3 app, 4 epoch, 5 intent, 6 version, 7 taint and 8 open intent of
    /// the basis.
    ///
    /// Needs lease and lock: a leader whose lock has expired must renew before it calls WeChat, so that a stray `begin`
    /// of a leader that died cannot open an intent under its successor's nose.
    static let begin = Script(
        "begin", [records],
        #"""
        local epoch, intent = number(ARGV[4]), ARGV[5]
        local record = read(ARGV[3], KEYS[8])
        if not (leads(epoch) and locked()) then return answer('notHolder', record) end
        if record.i_id == intent then return answer('accepted', record) end
        local unmoved = (record.ver or 0) == number(ARGV[6]) and record.taint == tonumber(ARGV[7])
            and (record.i_id or '') == ARGV[8]
        if not unmoved then return answer('changed', record) end

        -- A call that was begun and never resolved may have rotated the token: that doubt outlives its intent.
        if record.i_id then doubt(record, record.i_ev or 0, record.i_at or now) end
        local event = nextEvent(record)
        record.i_id, record.i_epoch, record.i_ev, record.i_at = intent, epoch, event, now
        record.o_epoch = math.max(record.o_epoch or 0, epoch)
        record.rotations = (record.day == today and record.rotations or 0) + 1
        record.day = today
        write(record, event)
        return answer('accepted', record)
        """#)

    /// `CredentialCommand.publish`: KEYS 8 record; ARGV 3 app, 4 epoch, 5 intent, 6 token, 7 fingerprint, 8 life, 9
    /// left, 10 age, 11 known version, 12 whether it replaces a token that a program outside the cluster had ended.
    ///
    /// Needs no lease: a token that WeChat has issued is worth more than the term in which it was asked for, as long as
    /// nobody has begun anything after it.
    static let publish = Script(
        "publish", [records, issuing],
        #"""
        local epoch, intent = number(ARGV[4]), ARGV[5]
        local record = read(ARGV[3], KEYS[8])
        if record.p_id == intent then return answer('accepted', record) end

        local isOpen = record.i_id == intent
        -- The record was lost, or rolled back to a time before this intent: it has not heard of this term yet.
        local isUnheard = (record.o_epoch or 0) < epoch
        -- A stored token never goes back to an earlier term, not even for an intent that is still open.
        local isLater = (record.epoch or 0) <= epoch
        local event = nextEvent(record)
        if not (isLater and (isOpen or isUnheard)) then
            -- A later intent or term exists. Which of the two tokens is the newest, only WeChat knows.
            doubt(record, event, math.max(record.issued_at or 0, now - number(ARGV[10])))
            write(record, event)
            return answer('superseded', record)
        end

        -- The call is later than every doubt from before its intent. Where the intent itself is unknown here, so is
        -- the order, and the doubt stays.
        if isOpen and record.taint and record.taint < record.i_ev then record.taint, record.taint_at = nil, nil end
        -- A command that runs late must not lengthen a life: the end counts from the intent, where that is known. More
        -- than five minutes late is no command but a clock that was set forward.
        local left = number(ARGV[9])
        local late = isOpen and record.i_at and now - record.i_at - number(ARGV[10]) or 0
        if late > 0 and late <= 300000 then left = left - late end
        closeIntent(record)
        issue(record, math.max(record.ver or 0, number(ARGV[11])) + 1, epoch, ARGV[6], ARGV[7],
            number(ARGV[8]), math.max(left, 0))
        record.p_id = intent
        if ARGV[12] == '1' then record.ow, record.ow_at = (record.ow or 0) + 1, now end
        -- From now on this term is known here: a stray of an earlier intent of it must not be taken for unheard.
        record.o_epoch = math.max(record.o_epoch or 0, epoch)
        write(record, event)
        return answer('accepted', record)
        """#)

    /// `CredentialCommand.abort`: KEYS 8 record; ARGV 3 app, 4 epoch, 5 intent or empty, 6 effect, 7 whether there is a
    /// trouble, 8 its errcode or empty, 9 its summary.
    ///
    /// Never refused: who knows how a call ended may always say so, of its own intent only; unless it ended so late
    /// that it may have come after another's.
    static let abort = Script(
        "abort", [records],
        #"""
        local record = read(ARGV[3], KEYS[8])
        local isOpen = ARGV[5] ~= '' and record.i_id == ARGV[5]
        -- A later term has begun a call, and believed this one to be over.
        local isOvertaken = not isOpen and ARGV[6] == 'late' and (record.o_epoch or 0) > number(ARGV[4])
        local isChanged = isOpen or isOvertaken
        if isOpen then
            if ARGV[6] == 'unknown' or ARGV[6] == 'late' then doubt(record, record.i_ev or 0, record.i_at or now) end
            if ARGV[6] == 'unsent' and record.day == today then
                record.rotations = math.max((record.rotations or 0) - 1, 0)
            end
            closeIntent(record)
        end
        if ARGV[7] == '1' and leads(number(ARGV[4])) then
            local errcode = tonumber(ARGV[8])
            -- The same failure again is no news: it would send the record to every node every few seconds.
            isChanged = isChanged or record.err ~= errcode or record.why ~= ARGV[9]
            record.err, record.why = errcode, ARGV[9]
        end
        if isChanged then
            local event = nextEvent(record)
            if isOvertaken then doubt(record, event, record.issued_at or now) end
            write(record, event)
        end
        return answer('accepted', record)
        """#)
}
