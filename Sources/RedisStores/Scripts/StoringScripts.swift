internal import KeeperCore

extension Script {
    /// `CredentialCommand.put`.
    static let put = Script(
        "put", keys: ["recordKey"], takes: Putting.arguments.names, uses: [records, issuing],
        #"""
        local record = read(app, recordKey)
        if not leads(epoch) then return answer('notHolder', record) end
        if (record.version or 0) ~= knownVersion then return answer('changed', record) end

        local isChanged = false
        if record.token and record.fingerprint == fingerprint then
            if now + left > record.expires_at then
                record.life_ms, record.expires_at = life, now + left
                isChanged = true
            end
            if record.reason then
                record.errcode, record.reason = nil, nil
                isChanged = true
            end
        else
            issue(record, (record.version or 0) + 1, epoch, token, fingerprint, life, left)
            isChanged = true
        end
        -- Normal mode of stable_token returns the newest token, which answers what was uncertain before the call.
        if record.uncertain_event and record.uncertain_event <= settledEvent then
            settle(record)
            isChanged = true
        end
        if record.intent and record.intent_event <= settledEvent then
            closeIntent(record)
            isChanged = true
        end
        if isChanged then write(record, nextEvent(record)) end
        return answer('accepted', record)
        """#)

    /// `CredentialCommand.restore`.
    ///
    /// What was uncertain in what is written or in what is overwritten stays so: an open intent is such a thing too,
    /// since its call can no longer be told from the one that brought this token.
    static let restore = Script(
        "restore", keys: ["recordKey"], takes: Restoration.arguments.names, uses: [records],
        #"""
        local stored = read(app, recordKey)
        if not (leads(epoch) and locked()) then return answer('notHolder', stored) end
        local isLower = not stored.event or (stored.epoch or 0) < tokenEpoch
            or ((stored.epoch or 0) == tokenEpoch and (stored.version or 0) < version)
        if not isLower then return answer('changed', stored) end

        local event = nextEvent(stored)
        local record = { app = app, key = recordKey, fault = stored.fault, event = stored.event, version = version,
            epoch = tokenEpoch, last_intent_epoch = epoch, previous_fingerprints = previousFingerprints }
        if hasToken then
            record.token, record.fingerprint, record.life_ms = token, fingerprint, life
            record.expires_at, record.issued_at = now + left, now - age
        end
        if uncertainAge then markUncertain(record, event, now - uncertainAge) end
        if stored.uncertain_event then markUncertain(record, event, stored.uncertain_since) end
        if stored.intent then markUncertain(record, event, stored.intent_at) end
        if hasTrouble then record.errcode, record.reason = errcode, reason end
        -- The day's budget is not made anew by losing the store.
        record.rotations = math.max(rotations, stored.rotations_day == today and stored.rotations or 0)
        record.rotations_day = today
        record.external_rotations, record.last_external_rotation_at = externalRotations, now - lastExternalAge
        if (stored.external_rotations or 0) >= externalRotations then
            record.external_rotations = stored.external_rotations
            record.last_external_rotation_at = stored.last_external_rotation_at
        end
        write(record, event)
        return answer('accepted', record)
        """#)
}
