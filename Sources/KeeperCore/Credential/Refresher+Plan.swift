extension Refresher {
    /// The next thing to do, and when.
    struct Plan {
        let step: Step
        let at: Instant
    }

    enum Step {
        /// Write back what the store has lost.
        case restore
        /// Clear an intent of ours that surely never called.
        case dropOrphan(IntentID)
        /// Ask the members for what the store and we lack.
        case askPeers
        /// Ask WeChat whether the token lives.
        case verify(ProbeReason)
        /// Ask WeChat for a token.
        case fetch(RotationReason, CallKind)

        var callsWeChat: Bool {
            switch self {
            case .verify, .fetch: true
            case .restore, .dropOrphan, .askPeers: false
            }
        }
    }

    /// Chooses among all that may be wanted; what is due first goes first, and of those due the first named here.
    func plan(_ leadership: Situation.Leadership, at now: Instant) -> Plan? {
        guard leadership.hasReadAll else { return nil }
        if let orphan { return Plan(step: .dropOrphan(orphan), at: now) }
        // An expired one too: its number is what keeps the next one from counting as older.
        if !knowledge.isStored, knowledge.credential != nil {
            return Plan(step: .restore, at: max(now, backoff.earliestCommand))
        }
        let fetch = nextFetch(leadership, at: now)
        let verification = nextVerification(leadership, at: now)
        guard let fetch else { return verification }
        guard let verification, max(verification.at, now) < max(fetch.at, now) else { return fetch }
        return verification
    }

    /// An open intent of this process that never went on to call: its `begin` ran although we had given it up.
    private var orphan: IntentID? {
        guard let intent = knowledge.stored.intent, intent.id.incarnation == incarnation,
            intent.id.number > intents.called
        else { return nil }
        return intent.id
    }

    /// Why and when a token is to be fetched next.
    func nextFetch(_ leadership: Situation.Leadership, at now: Instant) -> Plan? {
        // A ticket waits for its app's token.
        if app.line.isTicket, ticket.ownersToken == nil { return nil }
        guard knowledge.isValid(at: now), let credential = knowledge.credential else {
            return fetchMissing(leadership, at: now)
        }
        let quiet = quietEnd(leadership, hasToken: true)
        let allowed = max(quiet, backoff.earliestCall)
        var chosen: Plan?
        // Of those whose time has come the first named goes; an operator's wish may have to wait, and what is due
        // meanwhile does not wait with it.
        func consider(_ reason: RotationReason, _ kind: CallKind, at moment: Instant) {
            if let chosen, chosen.at <= max(now, moment) { return }
            chosen = Plan(step: .fetch(reason, kind), at: moment)
        }
        if let wanted {
            let kind = kind(for: wanted)
            consider(wanted, kind, at: max(allowed, earliest(wanted, kind, credential)))
        }
        if knowledge.doubtSince != nil { consider(.doubt, kind(for: .doubt), at: allowed) }
        if let moment = due.at { consider(.due, kind(for: .due), at: max(allowed, moment)) }
        return chosen
    }

    private func fetchMissing(_ leadership: Situation.Leadership, at now: Instant) -> Plan {
        guard leadership.hasAskedPeers else {
            return Plan(step: .askPeers, at: othersRegistered(since: leadership))
        }
        let kind = kind(for: .missing)
        let quiet = quietEnd(leadership, hasToken: false)
        return Plan(step: .fetch(.missing, kind), at: max(quiet, backoff.earliestCall))
    }

    /// After a loss or an outage of the store the others must have had time to register before they are asked.
    func othersRegistered(since leadership: Situation.Leadership) -> Instant {
        leadership.granted + policy.timing.tickPeriod * 3
    }

    /// The end of the quiet period for this app.
    ///
    /// Where calls rotate nothing they may overlap, so there it is kept only while a token lives and waiting costs
    /// nothing; or in doubt, because then a forced refresh may still be on its way, and replace the token that ends the
    /// doubt.
    private func quietEnd(_ leadership: Situation.Leadership, hasToken: Bool) -> Instant {
        if app.line != .classic, !hasToken, knowledge.doubtSince == nil { return .origin }
        let isDoubtful = rules.waitsLonger(
            mayHideIntent: knowledge.mayHideIntent(ofOtherThan: leadership.epoch),
            isInDoubt: knowledge.hasDoubtBeyondIntent)
        return leadership.quiet.end(
            isDoubtful: isDoubtful, granted: leadership.granted, timing: policy.timing)
    }

    func kind(for reason: RotationReason) -> CallKind {
        switch (app.line, reason) {
        case (.classic, _): .classic
        case (.stable, .operatorAsked): .stableForced
        case (.stable, _): .stable
        case (.wecom, _): .wecom
        case (.ticket(let type), _): .ticket(type)
        }
    }

    /// Before this a token so young is not replaced, whoever asks.
    func earliest(_ reason: RotationReason, _ kind: CallKind, _ credential: Credential) -> Instant {
        switch reason {
        case .operatorAsked:
            rules.earliestReplacement(
                ofTokenIssuedAt: credential.issuedAt, spacing: policy.spacing(life: credential.life, kind: kind))
        case .dead where !kind.rotates:
            rules.earliestReplacement(
                ofDeadToken: lastAsked.map { $0 + policy.floor(life: credential.life) } ?? .origin)
        case .dead:
            rules.earliestReplacement(
                ofDeadToken: max(credential.issuedAt + policy.floor(life: credential.life), heldUntil(credential)))
        case .missing, .due, .doubt: .origin
        }
    }

    /// Until when a dead token is left as it is, so that the day's quota lasts; not if an operator asks, who may have
    /// stopped the program that ends ours.
    func heldUntil(_ credential: Credential) -> Instant {
        if queue.waiting.contains(where: { $0.reason == .operatorAsked }) { return .origin }
        // The next that is due is fetched all the same, and shows whether a new day has begun.
        if isBudgetSpent { return due.at ?? credential.expiresAt }
        return repair.next(policy.repairs(life: credential.life))
    }

    /// Whether today no token may be replaced any more but those that are due.
    private var isBudgetSpent: Bool {
        let kind = kind(for: .dead)
        return kind.rotates
            && knowledge.stored.rotationsToday >= policy.dailyBudget(kind, life: knowledge.credential?.life)
    }

    /// Whether somebody who waits here says that WeChat refused this token.
    func isReported(_ credential: Credential) -> Bool {
        queue.waiting.contains { $0.fingerprint == credential.fingerprint && $0.forward == nil }
    }

    private func nextVerification(_ leadership: Situation.Leadership, at now: Instant) -> Plan? {
        guard let credential = knowledge.credential, knowledge.isValid(at: now), !repair.isDead, !app.line.isTicket
        else { return nil }
        if isReported(credential) {
            let next = inquiry.map { max($0.nextQuestion(policy, life: credential.life), $0.barredUntil) }
            return Plan(step: .verify(.reported), at: max(now, next ?? now))
        }
        if let moment = watch.proofDue(credential, policy) {
            guard leadership.hasAskedPeers else {
                return Plan(step: .askPeers, at: othersRegistered(since: leadership))
            }
            return Plan(step: .verify(.restored), at: max(moment, inquiry?.barredUntil ?? .origin))
        }
        guard app.line == .classic, policy.watchPeriod > .zero, wanted == nil else { return nil }
        return Plan(step: .verify(.watched), at: watch.due(credential, policy))
    }

    /// Draws the moment at which a newly learned version is due.
    ///
    /// Called after everything that may bring one.
    mutating func schedule(at now: Instant) {
        guard let credential = knowledge.credential else { return }
        guard due.draw(for: credential, app.line, policy, random: &random) else { return }
        watch.tokenChanged(policy, at: now)
        repair.tokenChanged()
    }
}
