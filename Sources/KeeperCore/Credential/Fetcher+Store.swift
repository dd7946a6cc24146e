// What the store answers.
extension Fetcher {
    /// The store answered the current job's command, or did not.
    mutating func stored(
        _ request: RequestID, _ reply: Result<CredentialReply, StoreError>, _ leadership: Situation.Leadership?,
        for callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        if case .success(let reply) = reply { learn(reply, at: now) }
        switch work.job {
        case .beginning(request, let intent, let context):
            begun(intent, context, reply, leadership, at: now, into: &out)
        case .publishing(let pending, request):
            published(pending, reply, for: &callers, at: now, into: &out)
        case .resolving(let abortion, request):
            guard case .failure = reply else { return work.finish(into: &out) }
            work.postpone(
                .resolving(abortion: abortion, request: nil), until: now + policy.timing.renewalRetry, into: &out)
        case .restoring(request):
            work.finish(into: &out)
            guard case .success(let reply) = reply, reply.outcome == .accepted else {
                return backoff.tellAgain(at: now + policy.timing.renewalRetry)
            }
            out.counters.restorations += 1
            out.note(.credential(app: app, notice: .restored(version: knowledge.stored.version)))
        case .idle, .verifying, .beginning, .calling, .publishing, .resolving, .restoring: break
        }
    }

    private mutating func learn(_ reply: CredentialReply, at now: Instant) {
        if let record = reply.record {
            knowledge.learn(record, from: reply.store, readAfter: work.sentAt)
            tokenMayHaveChanged(at: now)
        } else if knowledge.stored.hasRecord {
            // Whatever we thought stood there, an intent of ours even, is gone.
            knowledge.storeLost(isNew: false)
        }
    }

    private mutating func begun(
        _ intent: IntentID, _ context: Work.CallContext, _ reply: Result<CredentialReply, StoreError>,
        _ leadership: Situation.Leadership?, at now: Instant, into out: inout Outbox
    ) {
        let withdrawal = withdrawal(of: intent, in: context.epoch)
        switch reply {
        case .success(let reply) where reply.outcome == .accepted:
            guard let leadership, leadership.epoch == context.epoch, settings.allowsCall(leadership, at: now) else {
                out.want(.renewLease)
                return resolve(withdrawal, at: now, into: &out)
            }
            call(context, intent: intent, at: now, into: &out)
        case .success:
            work.finish(into: &out)
            backoff.callAgain(at: now + RefreshPolicy.pauseAfterChange)
        case .failure(.timedOut):
            // It may stand open, or open any moment; it never called.
            work.postpone(
                .resolving(abortion: withdrawal, request: nil), until: now + policy.timing.renewalRetry, into: &out)
        case .failure:
            work.finish(into: &out)
            backoff.callAgain(at: now + policy.timing.renewalRetry)
        }
    }

    private mutating func published(
        _ pending: Work.Pending, _ reply: Result<CredentialReply, StoreError>, for callers: inout WaitingCallers,
        at now: Instant, into out: inout Outbox
    ) {
        guard case .success(let reply) = reply else {
            return unanswered(pending, at: now, into: &out)
        }
        // Refused or not, a token that was served is served on until a newer one is known.
        work.finish(into: &out)
        switch reply.outcome {
        case .accepted:
            serving.letGo()
            accepted(pending, for: &callers, at: now, into: &out)
        case .superseded:
            out.counters.stalePublications += 1
            out.note(.credential(app: app, notice: .stalePublication))
            out.want(.stepDown)
        case .changed, .notHolder:
            // The stable line will bring it again; kept here it would be known to this node alone, and nobody could
            // have it verified.
            if pending.intent == nil { serving.letGo() }
            backoff.callAgain(at: now + RefreshPolicy.pauseAfterChange)
        }
    }

    /// A token is kept and told until the store has answered; served meanwhile, for nobody else may have it.
    private mutating func unanswered(_ pending: Work.Pending, at now: Instant, into out: inout Outbox) {
        let isNew = pending.credential.fingerprint != knowledge.credential?.fingerprint
        if isNew { serving.keep(pending.credential) }
        guard pending.credential.expiresAt > now else { return work.finish(into: &out) }
        work.postpone(.publishing(pending: pending, request: nil), until: now + policy.timing.renewalRetry, into: &out)
    }

    private mutating func accepted(
        _ pending: Work.Pending, for callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        backoff.succeeded()
        health.lives()
        let isNew = knowledge.credential.map { $0.version > pending.context.knownVersion } ?? false
        if let current = knowledge.credential, current.fingerprint == pending.credential.fingerprint {
            knowledge.correctExpiry(of: current.version, to: pending.credential.expiresAt)
            if pending.intent == nil { knowledge.settle(askedAt: pending.context.begun) }
            if isNew {
                out.counters.refreshesDone += 1
                let notice = CredentialNotice.published(
                    version: current.version, fingerprint: current.fingerprint, life: current.life)
                out.note(.credential(app: app, notice: notice))
            }
        }
        if settings.app.line.isTicket {
            backoff.callAgain(at: now + RefreshPolicy.ticketPause(life: pending.credential.life))
        }
        serve(into: &out)
        // Whoever waits while no more than the end of a token is written down came after WeChat had named it.
        if isNew { callers.replaced(by: offer(at: now), into: &out) }
    }
}
