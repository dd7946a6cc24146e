// What comes back from the store and from WeChat.
extension Refresher {
    /// The store answered the current job's command, or did not.
    mutating func credentialReplied(
        _ request: RequestID, _ reply: Result<CredentialReply, StoreError>, _ leadership: Situation.Leadership?,
        at now: Instant, into out: inout Outbox
    ) {
        if case .success(let reply) = reply {
            if let record = reply.record {
                knowledge.learn(record, from: reply.store, readAfter: requested)
                schedule(at: now)
            } else if knowledge.stored.hasRecord {
                // Whatever we thought stood there, an intent of ours even, is gone.
                knowledge.storeLost(isNew: false)
            }
        }
        switch job {
        case .beginning(request, let intent, let context):
            begun(intent, context, reply, leadership, at: now, into: &out)
        case .publishing(let pending, request):
            published(pending, reply, at: now, into: &out)
        case .resolving(let abortion, request):
            job = .idle
            guard case .failure = reply else { return }
            repeatAt = now + policy.timing.renewalRetry
            job = .resolving(abortion, nil)
        case .restoring(request):
            job = .idle
            guard case .success(let reply) = reply, reply.outcome == .accepted else {
                return backoff.retry(at: now + policy.timing.renewalRetry)
            }
            out.counters.restorations += 1
            out.note(.credential(app.id, .restored(version: knowledge.stored.version)))
        default:
            break
        }
    }

    private mutating func begun(
        _ intent: IntentID, _ context: CallContext, _ reply: Result<CredentialReply, StoreError>,
        _ leadership: Situation.Leadership?, at now: Instant, into out: inout Outbox
    ) {
        let withdrawal = Abortion(
            app: app.id, epoch: context.epoch, intent: intent, effect: .unsent, trouble: nil)
        switch reply {
        case .success(let reply) where reply.outcome == .accepted:
            guard let leadership, leadership.epoch == context.epoch, lasts(leadership, at: now) else {
                demands.formUnion(.renewal)
                return resolve(withdrawal, at: now, into: &out)
            }
            call(context, intent: intent, at: now, into: &out)
        case .success:
            job = .idle
            backoff.retry(at: now + .milliseconds(50))
        case .failure(.timedOut):
            // It may stand open, or open any moment; it never called.
            repeatAt = now + policy.timing.renewalRetry
            job = .resolving(withdrawal, nil)
        case .failure:
            job = .idle
            backoff.retry(at: now + policy.timing.renewalRetry)
        }
    }

    private mutating func published(
        _ pending: Pending, _ reply: Result<CredentialReply, StoreError>, at now: Instant, into out: inout Outbox
    ) {
        guard case .success(let reply) = reply else {
            // Kept and repeated until the store has answered; served meanwhile, for nobody else may have it.
            repeatAt = now + policy.timing.renewalRetry
            job = .publishing(pending, nil)
            let isNew = pending.credential.fingerprint != knowledge.credential?.fingerprint
            if isNew { serving.keep(pending.credential) }
            if pending.credential.expiresAt <= now { job = .idle }
            return
        }
        // Refused or not, a token that was served is served on until a newer one is known.
        job = .idle
        switch reply.outcome {
        case .accepted:
            serving.letGo()
            accepted(pending, at: now, into: &out)
        case .superseded:
            out.counters.stalePublications += 1
            out.note(.credential(app.id, .stalePublication))
            demands.formUnion(.stepDown)
        case .changed, .notHolder:
            // The stable line will bring it again; kept here it would be known to this node alone, and nobody could
            // have it verified.
            if pending.intent == nil { serving.letGo() }
            backoff.retry(at: now + .milliseconds(50))
        }
    }

    private mutating func accepted(_ pending: Pending, at now: Instant, into out: inout Outbox) {
        backoff.succeeded()
        repair.lives()
        if let current = knowledge.credential, current.fingerprint == pending.credential.fingerprint {
            knowledge.correctExpiry(of: current.version, to: pending.credential.expiresAt)
            if pending.intent == nil { knowledge.settle(askedAt: pending.context.begun) }
            if current.version > pending.context.knownVersion {
                out.counters.refreshesDone += 1
                out.note(
                    .credential(
                        app.id,
                        .published(version: current.version, fingerprint: current.fingerprint, life: current.life)))
            }
        }
        if app.line.isTicket {
            backoff.retry(at: now + RefreshPolicy.ticketPause(life: pending.credential.life))
        }
        serve(at: now, into: &out)
        answerAll(refreshed: true, at: now, into: &out)
    }

    /// A call for a token is over.
    mutating func called(
        _ request: RequestID, _ outcome: CallOutcome, fingerprint: (Token) -> Fingerprint, leading term: Epoch?,
        at now: Instant, into out: inout Outbox
    ) {
        guard case .calling(request, let intent, let context) = job else { return }
        lastAsked = context.begun
        switch outcome {
        case .issued(let token, let life):
            received(token, fingerprint(token), life: life, intent, context, at: now, into: &out)
        case .refused(let refusal):
            failed(
                refusal.trouble, intent, context, effect: .none, reaction: refusal.reaction, leading: term, at: now,
                into: &out)
        case .notSent(let trouble):
            // It has cost WeChat nothing.
            if context.reason == .dead, context.kind.rotates, let life = knowledge.credential?.life {
                repair.grantOne(policy.repairs(life: life))
            }
            failed(trouble, intent, context, effect: .unsent, reaction: .backOff, leading: term, at: now, into: &out)
        case .unknown(let trouble):
            out.counters.unknownCalls += 1
            let mayHaveRotated = rules.leavesDoubt(unknownOutcomeOf: context.kind)
            if mayHaveRotated {
                if let pause = rules.pauseAfterUnknown(policy.timing) { backoff.mayBeProcessed(until: now + pause) }
                knowledge.doubt(since: context.begun)
            }
            // Frozen between the last check and the first byte, it may have sent after a successor thought it over.
            let isLate = now - context.begun > policy.timing.callTimeout + policy.timing.guardTime
            let effect: Abortion.Effect = !mayHaveRotated ? .none : isLate ? .late : .unknown
            failed(
                trouble, intent, context, effect: effect, reaction: .backOff, leading: term, at: now, into: &out)
        }
    }

    private mutating func received(
        _ token: Token, _ fingerprint: Fingerprint, life left: Duration, _ intent: IntentID?,
        _ context: CallContext, at now: Instant, into out: inout Outbox
    ) {
        let current = knowledge.credential
        let isSame = current?.fingerprint == fingerprint
        // On the stable line WeChat tells what is left, not the life; a token seen before has the longer of the two.
        // Of a ticket it says the same whatever is left, so what it says last goes.
        let life = isSame && !app.line.isTicket ? max(current?.life ?? left, left) : left
        let asked = rules.lifeBegins(calledAt: context.begun, answeredAt: now)
        let expiresAt =
            app.line.isTicket
            ? ticket.named(at: asked, life: left, current: current, isSame: isSame, policy) : asked + left
        let credential = Credential(
            app: app.id, version: max(current?.version ?? 0, knowledge.stored.version) + 1, epoch: context.epoch,
            token: token, fingerprint: fingerprint, life: life, expiresAt: expiresAt, issuedAt: now)
        if isSame { watch.trust() }
        if isSame, knowledge.isStored, let current {
            guard let intent else {
                return confirmed(current, context, credential, at: now, into: &out)
            }
            // A forced refresh within WeChat's 30 s brings the old token back: nothing was rotated.
            repair.lives()
            answerAll(refreshed: false, at: now, into: &out)
            let withdrawal = Abortion(
                app: app.id, epoch: context.epoch, intent: intent, effect: .none, trouble: nil)
            return resolve(withdrawal, at: now, into: &out)
        }
        publish(Pending(intent: intent, context: context, credential: credential), at: now, into: &out)
    }

    /// A line that rotates nothing answered with what we have.
    private mutating func confirmed(
        _ current: Credential, _ context: CallContext, _ credential: Credential, at now: Instant,
        into out: inout Outbox
    ) {
        backoff.succeeded()
        repair.lives()
        let isNews =
            knowledge.stored.trouble != nil || knowledge.doubtSince != nil
            || policy.isNews(credential.expiresAt - current.expiresAt, life: credential.life)
        backoff.retry(at: now + policy.confirmationPause(app.line, life: credential.life))
        job = .idle
        answerAll(refreshed: false, at: now, into: &out)
        if isNews { publish(Pending(intent: nil, context: context, credential: credential), at: now, into: &out) }
    }

    private mutating func failed(
        _ trouble: Trouble, _ intent: IntentID?, _ context: CallContext, effect: Abortion.Effect,
        reaction: Refusal.Reaction, leading term: Epoch?, at now: Instant, into out: inout Outbox
    ) {
        out.counters.refreshesFailed += 1
        let pause = backoff.failed(
            trouble, reaction, circumstances(isInDoubt: effect.mayHaveRotated, at: now), policy,
            pauseAfterUnknown: rules.pauseAfterUnknown(policy.timing), at: now, random: &random)
        out.note(.credential(app.id, .callFailed(trouble, outcomeKnown: !effect.mayHaveRotated, nextTry: pause)))
        knowledge.failed(with: trouble)
        let wasAnswered = trouble.errcode != nil && !effect.mayHaveRotated
        // If the term has ended meanwhile, the next one, whosever it is, will answer those who wait.
        if term == context.epoch || wasAnswered { answerFailure(trouble, wasAnswered: wasAnswered, pause, into: &out) }
        let abortion = Abortion(
            app: app.id, epoch: context.epoch, intent: intent, effect: effect, trouble: trouble)
        guard effect == .late else { return resolve(abortion, at: now, into: &out) }
        // Its bytes may be on their way yet: told now, the leader might repair the token before they arrive.
        repeatAt = now + policy.timing.lateness
        job = .resolving(abortion, nil)
    }

    private func circumstances(isInDoubt: Bool, at now: Instant) -> Backoff.Circumstances {
        let credential = knowledge.credential
        let isUrgent =
            credential.map { policy.isUrgent(left: $0.expiresAt - now, life: $0.life) } ?? true || repair.isDead
            || knowledge.hasDoubtBeyondIntent
        return Backoff.Circumstances(isInDoubt: isInDoubt, isUrgent: isUrgent, life: credential?.life)
    }

    /// WeChat was asked about a token.
    mutating func probed(
        _ request: RequestID, _ outcome: ProbeOutcome, leading term: Epoch?, at now: Instant, into out: inout Outbox
    ) {
        guard case .verifying(request, let reason, let asked, let epoch) = job else { return }
        job = .idle
        watch.asked(policy, at: now)
        // A former leader's last publication may have brought a newer token meanwhile, of which nothing was said.
        guard let credential = knowledge.credential, credential.fingerprint == asked else {
            return watch.wasOvertaken()
        }
        switch outcome {
        case .alive:
            watch.accepted()
            inquiry?.accepted(credential.fingerprint)
            answerAlive(credential, at: now, into: &out)
        case .dead(let errcode):
            let isReported = reason == .reported
            guard watch.refused(life: credential.life, isReported: isReported, policy, at: now) else { return }
            found(credential, deadWith: errcode, by: epoch, at: now, into: &out)
        case .refused(let refusal):
            // If the term has ended meanwhile, the next one will answer those who wait.
            questionRefused(refusal, about: credential, mayAct: term == epoch, at: now, into: &out)
        case .inconclusive(let trouble):
            // If the term has ended meanwhile, the next one, whosever it is, will answer those who wait.
            watch.unanswered(life: credential.life, policy, at: now)
            if reason == .reported, term == epoch { answerInconclusive(credential, trouble, into: &out) }
        }
    }

    private mutating func found(
        _ credential: Credential, deadWith errcode: Int, by epoch: Epoch, at now: Instant, into out: inout Outbox
    ) {
        let isNews = !repair.isDead
        repair.died()
        inquiry?.condemned()
        guard isNews else { return }
        // Not proven it stays, until another takes its place.
        if watch.isUnproven { return out.note(.credential(app.id, .storeWasBehind(errcode: errcode))) }
        guard knowledge.doubtSince == nil else { return }
        out.counters.foreignRotations += 1
        repair.wasOverwritten()
        guard kind(for: .dead).rotates else {
            return out.note(.credential(app.id, .foreignRotation(errcode: errcode, repairedIn: .zero)))
        }
        repair.count(knowledge.stored.rotationsToday, in: epoch, policy.repairs(life: credential.life), at: now)
        let pause = (heldUntil(credential) - now).atLeastZero
        out.note(.credential(app.id, .foreignRotation(errcode: errcode, repairedIn: pause)))
        guard pause > .zero else { return }
        let trouble = Trouble(
            errcode: errcode,
            summary: "a program outside this cluster fetches tokens for this app and ends ours again and again; "
                + "so that the day's quota lasts, the next repair waits \(pause.wholeSeconds) s")
        knowledge.failed(with: trouble)
        resolve(
            Abortion(app: app.id, epoch: epoch, intent: nil, effect: .none, trouble: trouble), at: now, into: &out)
    }
}
