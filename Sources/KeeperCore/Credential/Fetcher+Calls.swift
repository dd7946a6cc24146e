// What has become of a call for a token.
extension Fetcher {
    /// A call for a token is over.
    mutating func called(
        _ request: RequestID, _ outcome: CallOutcome, fingerprint: (Token) -> Fingerprint, leading term: Epoch?,
        for callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        guard case .calling(request, let intent, let context) = work.job else { return }
        backoff.asked(at: context.begun)
        let failure: CallFailure
        switch outcome {
        case .issued(let token, let life):
            return received(
                token, fingerprint(token), life: life, intent, context, for: &callers, at: now, into: &out)
        case .refused(let refusal): failure = CallFailure(refused: refusal)
        case .notSent(let trouble):
            failure = CallFailure(notSent: trouble)
            // It has cost WeChat nothing.
            if context.reason == .dead, context.kind.rotates, let life = knowledge.credential?.life {
                health.repairWasNotSent(policy, life: life)
            }
        case .unknown(let trouble):
            failure = CallFailure(unknown: trouble, context, settings, at: now)
            out.counters.unknownCalls += 1
            if failure.effect.mayHaveRotated { mayBeReplaced(by: context, at: now, into: &out) }
        }
        failed(failure, intent, context, leading: term, for: &callers, at: now, into: &out)
    }

    private mutating func mayBeReplaced(by context: Work.CallContext, at now: Instant, into out: inout Outbox) {
        knowledge.becomeUncertain(since: context.begun)
        guard let pause = settings.rules.pauseAfterUnknown(policy.timing) else { return }
        backoff.mayBeProcessed(until: now + pause)
        out.want(.callMayBeProcessed(until: now + pause))
    }

    private mutating func received(
        _ token: Token, _ fingerprint: Fingerprint, life left: Duration, _ intent: IntentID?,
        _ context: Work.CallContext, for callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        let current = knowledge.credential
        let isSame = current?.fingerprint == fingerprint
        let isTicket = settings.app.line.isTicket
        // On the stable line WeChat tells what is left, not the life; a token seen before has the longer of the two.
        // Of a ticket it says the same whatever is left, so what it says last goes.
        let life = isSame && !isTicket ? max(current?.life ?? left, left) : left
        let asked = settings.rules.lifeBegins(calledAt: context.begun, answeredAt: now)
        let expiresAt =
            isTicket ? ticket.named(at: asked, life: left, current: current, isSame: isSame, policy) : asked + left
        let credential = Credential(
            app: app, version: max(current?.version ?? 0, knowledge.stored.version) + 1, epoch: context.epoch,
            token: token, fingerprint: fingerprint, life: life, expiresAt: expiresAt, issuedAt: now)
        let pending = Work.Pending(intent: intent, context: context, credential: credential)
        if isSame { health.trust() }
        guard isSame, knowledge.isStored, let current else { return publish(pending, at: now, into: &out) }
        guard let intent else { return confirmed(current, pending, for: &callers, at: now, into: &out) }
        rotatedNothing(current, intent, context, for: &callers, at: now, into: &out)
    }

    /// A call that should rotate brought what we have, as a forced refresh does within WeChat's 30 s.
    ///
    /// Nothing was rotated; asked again at once, WeChat might say the same until the day's quota is used up.
    private mutating func rotatedNothing(
        _ current: Credential, _ intent: IntentID, _ context: Work.CallContext, for callers: inout WaitingCallers,
        at now: Instant, into out: inout Outbox
    ) {
        let pause = policy.pauseAfterKnownToken(
            context.kind, settings.app.line, life: current.life,
            isUrgent: circumstances(isUncertain: false, at: now).isUrgent)
        backoff.succeeded()
        backoff.callAgain(at: now + pause)
        health.lives()
        callers.confirmed(offer(at: now), into: &out)
        resolve(withdrawal(of: intent, in: context.epoch, effect: .none), at: now, into: &out)
    }

    /// A line that rotates nothing answered with what we have.
    private mutating func confirmed(
        _ current: Credential, _ pending: Work.Pending, for callers: inout WaitingCallers, at now: Instant,
        into out: inout Outbox
    ) {
        let credential = pending.credential
        backoff.succeeded()
        health.lives()
        let isNews =
            knowledge.stored.trouble != nil || knowledge.uncertainSince != nil
            || policy.isNews(credential.expiresAt - current.expiresAt, life: credential.life)
        backoff.callAgain(at: now + policy.confirmationPause(settings.app.line, life: credential.life))
        work.finish(into: &out)
        callers.confirmed(offer(at: now), into: &out)
        if isNews { publish(pending, at: now, into: &out) }
    }

    private mutating func failed(
        _ failure: CallFailure, _ intent: IntentID?, _ context: Work.CallContext, leading term: Epoch?,
        for callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        let (trouble, effect) = (failure.trouble, failure.effect)
        out.counters.refreshesFailed += 1
        let pause = backoff.failed(
            trouble, failure.reaction, circumstances(isUncertain: effect.mayHaveRotated, at: now), policy,
            pauseAfterUnknown: settings.rules.pauseAfterUnknown(policy.timing), at: now, random: &random)
        out.note(
            .credential(
                app: app, notice: .callFailed(trouble: trouble, outcomeKnown: !effect.mayHaveRotated, nextTry: pause)))
        knowledge.failed(with: trouble)
        // If the term has ended meanwhile, the next one, whosever it is, will answer those who wait.
        if term == context.epoch || failure.wasAnswered {
            callers.failed(trouble, wasAnswered: failure.wasAnswered, pause, into: &out)
        }
        let abortion = Abortion(app: app, epoch: context.epoch, intent: intent, effect: effect, trouble: trouble)
        guard effect == .late else { return resolve(abortion, at: now, into: &out) }
        // Its bytes may be on their way yet: told now, the leader might repair the token before they arrive.
        work.postpone(.resolving(abortion: abortion, request: nil), until: now + policy.timing.lateness, into: &out)
    }

    private func circumstances(isUncertain: Bool, at now: Instant) -> Backoff.Circumstances {
        let credential = knowledge.credential
        let isUrgent =
            credential.map { policy.isUrgent(left: $0.expiresAt - now, life: $0.life) } ?? true || health.isDead
            || knowledge.isUncertainBeyondIntent
        return Backoff.Circumstances(isUncertain: isUncertain, isUrgent: isUrgent, life: credential?.life)
    }
}
