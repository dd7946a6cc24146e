// What is told of a credential to whoever asks.
extension Fetcher {
    var isIdle: Bool { work.isIdle }
    var nextRepetition: Instant? { work.nextRepetition }
    var activity: RefresherActivity { work.activity }
    var lastIntent: UInt64 { intents.given }
    var served: Credential? { serving.current?.credential }

    /// Whether there is a token within its life.
    func offersToken(at now: Instant) -> Bool { serving.current?.expiresIn(at: now) != nil }

    /// When what is handed out ends; nil if there is nothing.
    @inline(__always)
    var end: Instant? { serving.current?.credential.expiresAt }

    /// Whether what is handed out may not be the newest.
    @inline(__always)
    var isUncertain: Bool { knowledge.uncertainSince != nil }

    /// Why the last attempt failed; nil after a success.
    @inline(__always)
    var trouble: Trouble? { knowledge.stored.trouble }

    /// Whether WeChat was asked for this app once, by whomever.
    @inline(__always)
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

    /// How the credential is.
    func report(
        _ leadership: Situation.Leadership?, for callers: WaitingCallers, at now: Instant
    ) -> CredentialReport {
        let next = leadership.flatMap { view(callers).nextFetch($0, at: now) }
        let news = policy.externalRotationRemembered(life: knowledge.credential?.life)
        return CredentialReport(
            token: served, isUncertain: isUncertain,
            isMissing: wasAskedFor && !offersToken(at: now),
            trouble: trouble, isStopped: backoff.stoppedBy.map { $0.errcode == trouble?.errcode } ?? false,
            nextAttempt: next.map { ($0.at - now).atLeastZero }, rotationsToday: knowledge.stored.rotationsToday,
            externalRotations: knowledge.stored.externalRotations(at: now),
            isRotatedExternally: health.isRotatedExternally,
            expectsExternalRotations: health.isRotatedExternally
                || knowledge.stored.wasRotatedExternally(within: news, at: now))
    }
}
