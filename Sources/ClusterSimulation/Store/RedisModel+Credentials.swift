internal import KeeperCore

/// The scripts of `CredentialCommand`.
extension RedisModel {
    /// What a command came to: the outcome, and the record after it.
    typealias CredentialAnswer = (outcome: CredentialReply.Outcome, record: CredentialRecord?)

    /// What looks later than this is no late command but a step of the server's clock.
    private static let longestLateness: Int64 = 300_000_000_000

    /// Runs one command of `holder`.
    mutating func perform(
        _ command: CredentialCommand, as holder: LeaseHolder, at time: WorldTime
    ) -> CredentialAnswer {
        let now = begin(at: time)
        let outcome =
            switch command {
            case .begin(let beginning): run(beginning, holder, now)
            case .publish(let publication): run(publication, now)
            case .abort(let abortion): run(abortion, holder, now)
            case .put(let putting): run(putting, holder, now)
            case .restore(let restoration): run(restoration, holder, now)
            }
        return (outcome, stored(command.app)?.reading(at: now))
    }

    /// Changes the record of `app`, making one if there is none, under the next event number.
    private mutating func change(_ app: AppID, _ body: (inout StoredCredential, _ event: UInt64) -> Void) {
        let event = nextEvent()
        contents.spoiled.removeAll { $0.key == "tok:\(app)" }
        if let index = contents.credentials.firstIndex(where: { $0.app == app }) {
            contents.credentials[index].event = event
            body(&contents.credentials[index], event)
        } else {
            var record = StoredCredential(app: app)
            record.event = event
            body(&record, event)
            contents.credentials.append(record)
        }
    }

    private mutating func run(
        _ beginning: Beginning, _ holder: LeaseHolder, _ now: Int64
    ) -> CredentialReply.Outcome {
        guard isLease(of: holder, beginning.epoch), isLock(of: holder) else { return .notHolder }
        let record = stored(beginning.app)
        if record?.intent?.id == beginning.intent { return .accepted }
        let basis = beginning.basis
        let isUnchanged =
            record?.version ?? 0 == basis.version && record?.uncertainty?.event == basis.uncertainty
            && record?.intent?.id == basis.intent
        guard isUnchanged || !rules.isInForce(.beginComparesBasis) else { return .changed }
        if let open = record?.intent {
            sightings.count(.uncertainty)
            if open.epoch != beginning.epoch { sightings.count(.intentOfAnotherTerm) }
        }
        let becomesUncertainty = rules.isInForce(.oldIntentBecomesUncertainty)
        change(beginning.app) { record, event in
            if becomesUncertainty { record.becomeUncertainByIntent() }
            record.intent = .init(id: beginning.intent, epoch: beginning.epoch, event: event, at: now)
            record.lastIntentEpoch = max(record.lastIntentEpoch, beginning.epoch)
            let today = now / StoredCredential.day
            record.rotations = record.rotationsDay == today ? record.rotations + 1 : 1
            record.rotationsDay = today
        }
        return .accepted
    }

    private mutating func run(_ publication: Publication, _ now: Int64) -> CredentialReply.Outcome {
        let record = stored(publication.app)
        if record?.published == publication.intent, rules.isInForce(.publishOnce) {
            sightings.count(.retriedPublication)
            return .accepted
        }
        let isOpen = record?.intent?.id == publication.intent
        let isUnopposed =
            (record?.lastIntentEpoch ?? .none) < publication.epoch && (record?.epoch ?? .none) <= publication.epoch
        guard isOpen || isUnopposed || !rules.isInForce(.intentFence) else {
            return supersede(publication, now)
        }
        change(publication.app) { record, _ in
            if let uncertainty = record.uncertainty, let intent = record.intent, isOpen,
                uncertainty.event < intent.event
            {
                record.uncertainty = nil
            }
            record.version = max(record.version, publication.knownVersion) + 1
            record.epoch = publication.epoch
            // A stray runs late: what was left when it was sent is not left now. The intent's label knows better.
            let opened = isOpen ? record.intent?.at : nil
            let measured = opened.map { now - $0 - publication.age.nanoseconds } ?? 0
            let late = measured > Self.longestLateness ? 0 : measured
            record.replaceIssue(
                token: publication.token, fingerprint: publication.fingerprint, life: publication.life,
                left: publication.left - .nanoseconds(max(0, late)), at: now)
            record.published = publication.intent
            if publication.followsExternalRotation { record.countExternalRotation(at: now) }
            record.lastIntentEpoch = max(record.lastIntentEpoch, publication.epoch)
            record.intent = nil
            record.trouble = nil
        }
        return .accepted
    }

    /// Which of the two tokens is the newest, only WeChat knows.
    private mutating func supersede(_ publication: Publication, _ now: Int64) -> CredentialReply.Outcome {
        sightings.count(.refusedPublication)
        sightings.count(.uncertainty)
        change(publication.app) { record, event in
            let called = now - publication.age.nanoseconds
            // The uncertainty cannot be older than the current token, nor than the call; a standing older one stays.
            let at = max(record.issue?.publishedAt ?? called, called)
            record.uncertainty = .init(event: event, at: min(at, record.uncertainty?.at ?? at))
        }
        return .superseded
    }

    private mutating func run(_ abortion: Abortion, _ holder: LeaseHolder, _ now: Int64) -> CredentialReply.Outcome {
        let isOpen = abortion.intent != nil && stored(abortion.app)?.intent?.id == abortion.intent
        let notesTrouble = abortion.trouble != nil && isLease(of: holder, abortion.epoch)
        let isFollowed = (stored(abortion.app)?.lastIntentEpoch ?? .none) > abortion.epoch
        let isOvertaken = !isOpen && abortion.effect == .late && isFollowed
        guard isOpen || isOvertaken || notesTrouble else { return .accepted }
        if isOvertaken || (isOpen && abortion.effect.mayHaveRotated) { sightings.count(.uncertainty) }
        let endsAnyUncertainty = !rules.isInForce(.abortKeepsUncertainty)
        change(abortion.app) { record, event in
            if isOvertaken {
                let at = record.issue?.publishedAt ?? now
                record.uncertainty = .init(event: event, at: min(at, record.uncertainty?.at ?? at))
            }
            if isOpen {
                if abortion.effect.mayHaveRotated { record.becomeUncertainByIntent() } else { record.intent = nil }
                if !abortion.effect.mayHaveRotated, endsAnyUncertainty { record.uncertainty = nil }
                if abortion.effect == .unsent, record.rotationsDay == now / StoredCredential.day {
                    record.rotations = max(record.rotations - 1, 0)
                }
            }
            if notesTrouble { record.trouble = abortion.trouble }
        }
        return .accepted
    }

    private mutating func run(_ putting: Putting, _ holder: LeaseHolder, _ now: Int64) -> CredentialReply.Outcome {
        guard isLease(of: holder, putting.epoch) else { return .notHolder }
        let known = stored(putting.app)
        guard known?.version ?? 0 == putting.knownVersion else { return .changed }
        guard known?.learns(from: putting, at: now) ?? true else { return .accepted }
        change(putting.app) { record, _ in
            if record.issue?.fingerprint == putting.fingerprint {
                let expiresAt = now + putting.left.nanoseconds
                if let known = record.issue?.expiresAt, expiresAt > known {
                    record.issue?.expiresAt = expiresAt
                    record.issue?.life = putting.life
                }
            } else {
                record.version += 1
                record.epoch = putting.epoch
                record.replaceIssue(
                    token: putting.token, fingerprint: putting.fingerprint, life: putting.life, left: putting.left,
                    at: now)
            }
            if let uncertainty = record.uncertainty, uncertainty.event <= putting.settledEvent {
                record.uncertainty = nil
            }
            if let intent = record.intent, intent.event <= putting.settledEvent { record.intent = nil }
            record.trouble = nil
        }
        return .accepted
    }

    private mutating func run(
        _ restoration: Restoration, _ holder: LeaseHolder, _ now: Int64
    ) -> CredentialReply.Outcome {
        guard isLease(of: holder, restoration.epoch), isLock(of: holder) else { return .notHolder }
        let known = restoration.record
        if let record = stored(known.app), (record.epoch, record.version) >= (known.epoch, known.version),
            rules.isInForce(.restoresUpward)
        {
            return .changed
        }
        sightings.count(.restoration)
        change(known.app) { record, event in
            let uncertainties = [
                record.intent?.at, record.uncertainty?.at, known.intent.map { now - $0.age.nanoseconds },
                known.uncertainty.map { now - $0.age.nanoseconds },
            ].compactMap { $0 }
            record.version = known.version
            record.epoch = known.epoch
            record.issue = known.issue.map {
                .init(
                    token: $0.token, fingerprint: $0.fingerprint, life: $0.life, expiresAt: now + $0.left.nanoseconds,
                    publishedAt: now - $0.age.nanoseconds)
            }
            record.previous = Array(known.previous.prefix(CredentialRecord.mostPrevious))
            record.trouble = known.trouble
            if let seen = known.externalRotations, seen.count > record.externalRotations {
                (record.externalRotations, record.rotatedExternallyAt) = (seen.count, now - seen.age.nanoseconds)
            }
            record.intent = nil
            record.uncertainty = uncertainties.min().map { .init(event: event, at: $0) }
            record.lastIntentEpoch = restoration.epoch
        }
        return .accepted
    }
}
