// What is told of a credential to whoever asks.
extension Fetcher {
    var isIdle: Bool { work.isIdle }
    var activity: RefresherActivity { work.activity }
    var lastIntent: UInt64 { intents.given }
    var served: Credential? { serving.current?.credential }

    /// Whether there is a token within its life.
    func offersToken(at now: Instant) -> Bool { serving.current?.expiresIn(at: now) != nil }

    /// Whether WeChat was asked for this app once, by whomever.
    var wasAskedFor: Bool {
        knowledge.stored.hasRecord || knowledge.credential != nil || knowledge.stored.trouble != nil
    }

    /// Whether a living token is known that nobody vouches for.
    func isUnproven(at now: Instant) -> Bool { health.isUnproven && knowledge.isValid(at: now) }

    /// Whether a record is of the very token that is known.
    func keeps(_ record: CredentialRecord) -> Bool {
        knowledge.credential.map { ($0.epoch, $0.version) == (record.epoch, record.version) } ?? false
    }

    /// The newest this node knows, acknowledged by the store or not; nil without a token.
    func shareable(at now: Instant) -> CredentialRecord? {
        guard let offer = serving.offer(knowledge) else { return nil }
        var record = knowledge.record(at: now)
        let credential = offer.token.credential
        record.version = credential.version
        record.epoch = credential.epoch
        record.previous = offer.previous
        record.issue = .init(credential, at: now)
        return record
    }

    func status(
        _ leadership: Situation.Leadership?, for callers: WaitingCallers, at now: Instant
    ) -> AppStatus {
        let credential = served
        let next = leadership.flatMap { view(callers).nextFetch($0, at: now) }
        return AppStatus(
            app: app, line: settings.app.line, version: credential?.version ?? 0, epoch: credential?.epoch ?? .none,
            fingerprint: credential?.fingerprint, left: credential.map { ($0.expiresAt - now).atLeastZero },
            life: credential?.life, age: credential.map { (now - $0.issuedAt).atLeastZero },
            isInDoubt: knowledge.doubtSince != nil, trouble: knowledge.stored.trouble,
            nextAttempt: next.map { ($0.at - now).atLeastZero }, rotationsToday: knowledge.stored.rotationsToday,
            overwrites: knowledge.stored.overwrites(at: now))
    }

    /// What a person should look at.
    func alarms(at now: Instant) -> AppAlarms {
        var reasons: [Alarm.Reason] = []
        let isMissing = wasAskedFor && !offersToken(at: now)
        if isMissing { reasons.append(.noToken) }
        let trouble = knowledge.stored.trouble
        let isStopped = backoff.stoppedBy.map { $0.errcode == trouble?.errcode } ?? false
        // While a repair waits, the trouble is the outsider, who is told of below.
        if let trouble, !health.isOverwritten { reasons.append(isStopped ? .stopped(trouble) : .failing(trouble)) }
        // Not even our own pauses end a duel.
        let news = policy.outsiderRemembered(life: knowledge.credential?.life)
        if let overwrites = knowledge.stored.overwrites(at: now), overwrites.age < news || health.isOverwritten {
            reasons.append(.overwritten(overwrites))
        }
        return AppAlarms(reasons: reasons, isWithoutToken: isMissing || isStopped)
    }
}

/// What a person should look at of one app.
struct AppAlarms: Equatable, Sendable {
    var reasons: [Alarm.Reason]
    /// Whether there is no token, or none to come.
    var isWithoutToken: Bool
}
