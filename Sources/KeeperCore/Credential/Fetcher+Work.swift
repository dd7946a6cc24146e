// What is done, and how it is begun.
extension Fetcher {
    /// This node acts in a term.
    mutating func began(_ epoch: Epoch, at now: Instant) { health.began(epoch, policy, random: &random, at: now) }

    /// Tells the store again what it has not acknowledged.
    mutating func repeatIfDue(at now: Instant, into out: inout Outbox) {
        guard let next = work.nextRepetition, next <= now else { return }
        switch work.job {
        case .publishing(let pending, request: nil): publish(pending, at: now, into: &out)
        case .resolving(let abortion, request: nil): resolve(abortion, at: now, into: &out)
        case .idle, .verifying, .beginning, .calling, .publishing, .resolving, .restoring: break
        }
    }

    /// When there is something to begin.
    func nextBeginning(_ leadership: Situation.Leadership, for callers: WaitingCallers, at now: Instant) -> Instant? {
        view(callers).plan(leadership, at: now)?.at
    }

    /// Begins the next job, if there is none and its time has come.
    mutating func act(
        _ leadership: Situation.Leadership, for callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        guard work.isIdle else { return }
        if health.isDead, !callers.isEmpty { answerTooSoon(leadership, &callers, at: now, into: &out) }
        guard let plan = view(callers).plan(leadership, at: now), plan.at <= now else { return }
        if let condition = obstacle(to: plan.step, leadership, at: now) {
            out.want(.wait(for: condition))
        } else {
            begin(plan.step, leadership.epoch, at: now, into: &out)
        }
    }

    /// What a step must wait for though its time has come.
    private func obstacle(
        to step: Plan.Step, _ leadership: Situation.Leadership, at now: Instant
    ) -> RefresherAction.Condition? {
        switch step {
        case .restore, .dropOrphan: nil
        case .askMembers: .members
        case .verify, .fetch:
            !settings.allowsCall(leadership, at: now) ? .renewal : leadership.hasSlot ? nil : .slot
        }
    }

    private mutating func begin(_ step: Plan.Step, _ epoch: Epoch, at now: Instant, into out: inout Outbox) {
        switch step {
        case .restore:
            let restoration = Restoration(epoch: epoch, record: knowledge.record(at: now))
            work.start(.restoring(out.send(.restore(restoration))), at: now, into: &out)
        case .dropOrphan(let intent): resolve(withdrawal(of: intent, in: epoch), at: now, into: &out)
        case .askMembers: break
        case .verify(let reason): verify(reason, epoch, at: now, into: &out)
        case .fetch(let reason, let kind): fetch(kind, because: reason, epoch, at: now, into: &out)
        }
    }

    /// A dead token that must not be replaced yet: those who cannot wait so long are told when to come again.
    private func answerTooSoon(
        _ leadership: Situation.Leadership, _ callers: inout WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        let view = view(callers)
        guard let plan = view.nextFetch(leadership, at: now) else { return }
        let held = view.token.map(view.heldUntil) ?? .origin
        let isHeld = backoff.pause(at: now) != nil || held > now
        callers.tooSoon(plan.at, because: isHeld ? knowledge.stored.trouble : nil, at: now, into: &out)
    }
}

// MARK: Asking WeChat

extension Fetcher {
    private mutating func verify(
        _ reason: Work.ProbeReason, _ epoch: Epoch, at now: Instant, into out: inout Outbox
    ) {
        guard let credential = knowledge.credential else { return }
        health.asks(because: reason, policy, life: credential.life, at: now)
        let request = out.probe(app, credential.token, settings.permit(in: epoch, at: now))
        let question = Work.Question(reason: reason, token: credential.fingerprint, epoch: epoch)
        work.start(.verifying(request: request, question: question), at: now, into: &out)
    }

    private mutating func fetch(
        _ kind: CallKind, because reason: RotationReason, _ epoch: Epoch, at now: Instant, into out: inout Outbox
    ) {
        let context = Work.CallContext(
            kind: kind, reason: reason, followsExternalRotation: reason == .dead && health.isRotatedExternally,
            epoch: epoch,
            begun: now, knownVersion: knowledge.stored.version, settledEvent: knowledge.stored.event)
        guard kind.rotates else { return call(context, intent: nil, at: now, into: &out) }
        let intent = IntentID(incarnation: settings.incarnation, number: intents.next())
        let beginning = Beginning(app: app, epoch: epoch, intent: intent, basis: knowledge.stored.basis)
        work.start(
            .beginning(request: out.send(.begin(beginning)), intent: intent, context: context), at: now, into: &out)
    }

    mutating func call(_ context: Work.CallContext, intent: IntentID?, at now: Instant, into out: inout Outbox) {
        var context = context
        context.begun = now
        if let intent {
            intents.calls(intent.number)
            if context.reason == .dead, let life = knowledge.credential?.life {
                health.repairs(policy, life: life, at: now)
            }
            out.note(.credential(app: app, notice: .rotating(context.reason)))
        }
        let permit = settings.permit(in: context.epoch, at: now)
        let request =
            if case .ticket(let type) = context.kind, let owner = settings.app.owner, let token = ticket.ownersToken {
                out.callForTicket(owner, type, by: token, permit)
            } else {
                out.call(app, context.kind, permit)
            }
        work.start(.calling(request: request, intent: intent, context: context), at: now, into: &out)
    }
}

// MARK: Telling the store

extension Fetcher {
    mutating func publish(_ pending: Work.Pending, at now: Instant, into out: inout Outbox) {
        let known = max(knowledge.credential?.version ?? 0, knowledge.stored.version)
        let request = out.send(pending.command(app, aboveVersion: known, at: now))
        work.start(.publishing(pending: pending, request: request), at: now, into: &out)
    }

    mutating func resolve(_ abortion: Abortion, at now: Instant, into out: inout Outbox) {
        work.start(.resolving(abortion: abortion, request: out.send(.abort(abortion))), at: now, into: &out)
    }

    /// The end of an intent that surely never called.
    func withdrawal(of intent: IntentID, in epoch: Epoch, effect: Abortion.Effect = .unsent) -> Abortion {
        Abortion(app: app, epoch: epoch, intent: intent, effect: effect, trouble: nil)
    }
}

extension Work.Pending {
    /// What the store is told of it.
    fileprivate func command(_ app: AppID, aboveVersion known: UInt64, at now: Instant) -> CredentialCommand {
        let left = (credential.expiresAt - now).atLeastZero
        guard let intent else {
            return .put(
                Putting(
                    app: app, epoch: context.epoch, token: credential.token, fingerprint: credential.fingerprint,
                    life: credential.life, left: left, knownVersion: context.knownVersion,
                    settledEvent: context.settledEvent))
        }
        return .publish(
            Publication(
                app: app, epoch: context.epoch, intent: intent, token: credential.token,
                fingerprint: credential.fingerprint, life: credential.life, left: left, age: now - context.begun,
                knownVersion: known, followsExternalRotation: context.followsExternalRotation))
    }
}
