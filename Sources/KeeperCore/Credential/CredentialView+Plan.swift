/// The next thing to do for a credential, and when.
struct Plan: Equatable, Sendable {
    let step: Step
    let at: Instant

    enum Step: Equatable, Sendable {
        /// Write back what the store has lost.
        case restore
        /// Clear an intent of ours that surely never called.
        case dropOrphan(IntentID)
        /// Ask the members for what the store and we lack.
        case askMembers
        /// Ask WeChat whether the token lives.
        case verify(Work.ProbeReason)
        /// Ask WeChat for a token.
        case fetch(reason: RotationReason, kind: CallKind)
    }
}

// What is next, from what is known alone.
extension CredentialView {
    /// Chooses among all that may be wanted; what is due first goes first, and of those due the first named here.
    func plan(_ leadership: Situation.Leadership, at now: Instant) -> Plan? {
        guard leadership.hasReadAll else { return nil }
        if let orphan { return Plan(step: .dropOrphan(orphan), at: now) }
        // An expired one too: its number is what keeps the next one from counting as older.
        if !isStored, token != nil { return Plan(step: .restore, at: max(now, backoff.earliestCommand)) }
        let fetch = nextFetch(leadership, at: now)
        let verification = nextVerification(leadership, at: now)
        guard let fetch else { return verification }
        guard let verification, max(verification.at, now) < max(fetch.at, now) else { return fetch }
        return verification
    }

    /// Why and when a token is to be fetched next.
    func nextFetch(_ leadership: Situation.Leadership, at now: Instant) -> Plan? {
        guard canBeFetched else { return nil }
        guard let token = validToken(at: now) else { return fetchMissing(leadership) }
        let allowed = max(quietEnd(leadership, hasToken: true), backoff.earliestCall)
        var chosen: Plan?
        // Of those whose time has come the first named goes; an operator's wish may have to wait, and what is due
        // meanwhile does not wait with it.
        func consider(_ reason: RotationReason, _ kind: CallKind, at moment: Instant) {
            if let chosen, chosen.at <= max(now, moment) { return }
            chosen = Plan(step: .fetch(reason: reason, kind: kind), at: moment)
        }
        if let wanted {
            let kind = line.kind(for: wanted)
            consider(wanted, kind, at: max(allowed, earliest(wanted, kind, token)))
        }
        if uncertainty.since != nil { consider(.uncertain, line.kind(for: .uncertain), at: allowed) }
        if let due { consider(.due, line.kind(for: .due), at: max(allowed, due)) }
        return chosen
    }

    private func fetchMissing(_ leadership: Situation.Leadership) -> Plan {
        guard leadership.hasAskedMembers else {
            return Plan(step: .askMembers, at: othersRegistered(since: leadership))
        }
        let quiet = quietEnd(leadership, hasToken: false)
        return Plan(
            step: .fetch(reason: .missing, kind: line.kind(for: .missing)), at: max(quiet, backoff.earliestCall))
    }

    private func othersRegistered(since leadership: Situation.Leadership) -> Instant {
        leadership.granted + policy.registration
    }

    /// The end of the quiet period for this app.
    ///
    /// Where calls rotate nothing they may overlap, so there it is kept only while a token lives and waiting costs
    /// nothing; or uncertain, because then a forced refresh may still be on its way, and replace the token that ends
    /// the uncertainty.
    private func quietEnd(_ leadership: Situation.Leadership, hasToken: Bool) -> Instant {
        if line != .classic, !hasToken, uncertainty.since == nil { return .origin }
        let mayHideIntent = uncertainty.intentEpoch.map { $0 != leadership.epoch } ?? uncertainty.mayHideIntent
        let waitsLonger = rules.waitsLonger(mayHideIntent: mayHideIntent, isUncertain: uncertainty.isBeyondIntent)
        return leadership.quiet.end(isUncertain: waitsLonger, granted: leadership.granted, timing: policy.timing)
    }

    /// Before this a token so young is not replaced, whoever asks.
    func earliest(_ reason: RotationReason, _ kind: CallKind, _ token: TokenTimes) -> Instant {
        switch reason {
        case .operatorAsked:
            rules.earliestReplacement(
                ofTokenIssuedAt: token.issuedAt, spacing: policy.spacing(life: token.life, kind: kind))
        case .dead where !kind.rotates:
            rules.earliestReplacement(ofDeadToken: backoff.spaced(by: policy.deadTokenSpacing(life: token.life)))
        case .dead:
            rules.earliestReplacement(
                ofDeadToken: max(token.issuedAt + policy.deadTokenSpacing(life: token.life), heldUntil(token)))
        case .missing, .due, .uncertain: .origin
        }
    }

    /// Until when a dead token is left as it is, so that the day's quota lasts; not if an operator asks, who may have
    /// stopped the program that ends ours.
    func heldUntil(_ token: TokenTimes) -> Instant {
        if operatorWaits { return .origin }
        let kind = line.kind(for: .dead)
        // The next that is due is fetched all the same, and shows whether a new day has begun.
        if kind.rotates, isBudgetSpent(kind) { return due ?? token.expiresAt }
        return health.nextRepair(policy, life: token.life)
    }

    private func nextVerification(_ leadership: Situation.Leadership, at now: Instant) -> Plan? {
        guard let token = validToken(at: now), !health.isDead, !line.isTicket else { return nil }
        if isReported {
            return Plan(step: .verify(.reported), at: max(now, health.nextQuestion(policy, life: token.life)))
        }
        if let moment = health.proofDue(issuedAt: token.issuedAt, life: token.life, policy) {
            guard leadership.hasAskedMembers else {
                return Plan(step: .askMembers, at: othersRegistered(since: leadership))
            }
            return Plan(step: .verify(.unproven), at: moment)
        }
        guard line == .classic, policy.watchPeriod > .zero, wanted == nil else { return nil }
        let moment = health.watchDue(issuedAt: token.issuedAt, life: token.life, policy)
        return Plan(step: .verify(.watched), at: moment)
    }
}
