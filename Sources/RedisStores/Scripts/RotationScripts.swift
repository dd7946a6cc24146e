internal import KeeperCore

extension Script {
    /// `CredentialCommand.begin`.
    ///
    /// Needs lease and lock: a leader whose lock has expired must renew before it calls WeChat, so that a stray `begin`
    /// of a leader that died cannot open an intent under its successor's nose.
    static let begin = Script(
        "begin", keys: ["recordKey"], takes: Beginning.arguments.names, uses: [records],
        #"""
        local record = read(app, recordKey)
        if not (leads(epoch) and locked()) then return answer('notHolder', record) end
        if record.intent == intent then return answer('accepted', record) end
        local isUnmoved = (record.version or 0) == basisVersion and record.uncertain_event == basisUncertainEvent
            and (record.intent or '') == basisIntent
        if not isUnmoved then return answer('changed', record) end

        -- A call that was begun and never resolved may have rotated the token: that outlives its intent.
        if record.intent then markUncertain(record, record.intent_event, record.intent_at) end
        local event = nextEvent(record)
        record.intent, record.intent_epoch, record.intent_event, record.intent_at = intent, epoch, event, now
        record.last_intent_epoch = math.max(record.last_intent_epoch or 0, epoch)
        record.rotations = (record.rotations_day == today and record.rotations or 0) + 1
        record.rotations_day = today
        write(record, event)
        return answer('accepted', record)
        """#)

    /// `CredentialCommand.publish`.
    ///
    /// Needs no lease: a token that WeChat has issued is worth more than the term in which it was asked for, as long as
    /// nobody has begun anything after it.
    static let publish = Script(
        "publish", keys: ["recordKey"], takes: Publication.arguments.names, uses: [records, issuing],
        #"""
        local record = read(app, recordKey)
        if record.published_intent == intent then return answer('accepted', record) end

        local isOpen = record.intent == intent
        -- The record was lost, or rolled back to a time before this intent: it has not heard of this term yet.
        local isUnheard = (record.last_intent_epoch or 0) < epoch
        -- A stored token never goes back to an earlier term, not even for an intent that is still open.
        local isLater = (record.epoch or 0) <= epoch
        local event = nextEvent(record)
        if not (isLater and (isOpen or isUnheard)) then
            -- A later intent or term exists. Which of the two tokens is the newest, only WeChat knows.
            markUncertain(record, event, math.max(record.issued_at or 0, now - age))
            write(record, event)
            return answer('superseded', record)
        end

        -- The call is later than every uncertainty from before its intent. Where the intent itself is unknown here, so
        -- is the order, and the uncertainty stays.
        if isOpen and record.uncertain_event and record.uncertain_event < record.intent_event then settle(record) end
        -- A command that runs late must not lengthen a life: the end counts from the intent, where that is known. More
        -- than five minutes late is no command but a clock that was set forward.
        local late = isOpen and now - record.intent_at - age or 0
        if late > 0 and late <= 300000 then left = left - late end
        closeIntent(record)
        issue(record, math.max(record.version or 0, knownVersion) + 1, epoch, token, fingerprint, life,
            math.max(left, 0))
        record.published_intent = intent
        if followsExternalRotation then
            record.external_rotations = (record.external_rotations or 0) + 1
            record.last_external_rotation_at = now
        end
        -- From now on this term is known here: a stray of an earlier intent of it must not be taken for unheard.
        record.last_intent_epoch = math.max(record.last_intent_epoch or 0, epoch)
        write(record, event)
        return answer('accepted', record)
        """#)

    /// `CredentialCommand.abort`.
    ///
    /// Never refused: who knows how a call ended may always say so, of its own intent only; unless it ended so late
    /// that it may have come after another's.
    static let abort = Script(
        "abort", keys: ["recordKey"], takes: Abortion.arguments.names, uses: [records],
        #"""
        local record = read(app, recordKey)
        local isOpen = intent ~= '' and record.intent == intent
        -- A later term has begun a call, and believed this one to be over.
        local isOvertaken = not isOpen and effect == 'late' and (record.last_intent_epoch or 0) > epoch
        local isChanged = isOpen or isOvertaken
        if isOpen then
            if effect == 'unknown' or effect == 'late' then markUncertain(record, record.intent_event, record.intent_at) end
            if effect == 'unsent' and record.rotations_day == today then
                record.rotations = math.max((record.rotations or 0) - 1, 0)
            end
            closeIntent(record)
        end
        if hasTrouble and leads(epoch) then
            -- The same failure again is no news: it would send the record to every node every few seconds.
            isChanged = isChanged or record.errcode ~= errcode or record.reason ~= reason
            record.errcode, record.reason = errcode, reason
        end
        if isChanged then
            local event = nextEvent(record)
            if isOvertaken then markUncertain(record, event, record.issued_at or now) end
            write(record, event)
        end
        return answer('accepted', record)
        """#)
}
