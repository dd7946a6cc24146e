// Whether the current token lives: what those who report it are told, and what WeChat says.
extension Fetcher {
    /// What a leader answers to a report without asking WeChat; nil: WeChat is to be asked, or the token is dead.
    mutating func judge(
        _ request: RefreshRequest, _ reported: Fingerprint?, for callers: WaitingCallers, at now: Instant,
        into out: inout Outbox
    ) -> RefreshAnswer? {
        guard !settings.app.line.isTicket, settings.rules.answersReports, let credential = knowledge.credential,
            credential.fingerprint == reported, knowledge.isValid(at: now)
        else { return nil }
        let patience = min(request.deadline, now + policy.timing.hold)
        switch health.judge(
            credential.fingerprint, life: credential.life, isAsking: work.isVerifying, patience: patience, policy,
            at: now)
        {
        case .open: return nil
        case .lives: return serving.offer(knowledge)?.answer(refreshed: false, stillValid: true)
        case .counts: return presume(credential, for: callers, at: now, into: &out)
        case .tooSoon(let moment): return .tooSoon(retryAfter: moment - now)
        }
    }

    /// The current token is reported, and WeChat refuses to be asked about it.
    /// - Returns: the answer to those who report it; nil: it is taken for dead, and they wait for the next.
    private mutating func presume(
        _ credential: Credential, for callers: WaitingCallers, at now: Instant, into out: inout Outbox
    ) -> RefreshAnswer? {
        guard let trouble = health.trouble else { return nil }
        // Where a call for a token rotates nothing, its answer is the verdict.
        if settings.kind(for: .dead).rotates {
            countRepairs(in: health.term, life: credential.life, at: now)
            let view = view(callers)
            // Whether WeChat has said of late that somebody outside the cluster ends our tokens.
            let expectsExternalRotations = knowledge.stored.wasRotatedExternally(
                within: policy.externalRotationRemembered(life: credential.life), at: now)
            if let token = view.token,
                let next = health.reported(
                    credential.fingerprint,
                    view.presumption(token, expectsExternalRotations: expectsExternalRotations, at: now), at: now)
            {
                return .unavailable(reason: .wechatUnreachable(trouble), retryAfter: next - now)
            }
        }
        health.presumedDead()
        out.note(.credential(app: app, notice: .presumedDead(trouble)))
        return nil
    }

    /// A leader that knows nothing of its predecessor's repairs takes all of today's rotations for such.
    private mutating func countRepairs(in epoch: Epoch, life: Duration, at now: Instant) {
        health.count(knowledge.stored.rotationsToday, in: epoch, policy, life: life, at: now)
    }

    /// WeChat was asked about a token.
    mutating func probed(
        _ request: RequestID, _ outcome: ProbeOutcome, leading term: Epoch?, for callers: inout WaitingCallers,
        at now: Instant, into out: inout Outbox
    ) {
        guard case .verifying(request, let question) = work.job else { return }
        work.finish(into: &out)
        health.asked(policy, at: now)
        // A former leader's last publication may have brought a newer token meanwhile, of which nothing was said.
        guard let credential = knowledge.credential, credential.fingerprint == question.token else {
            return health.wasOvertaken()
        }
        // If the term has ended meanwhile, the next one, whosever it is, will answer those who wait.
        let mayAnswer = term == question.epoch
        let isReported = question.reason == .reported
        switch outcome {
        case .alive:
            health.accepted(credential.fingerprint)
            callers.lives(credential.fingerprint, offer(at: now), into: &out)
        case .dead(let errcode):
            let meaning = health.refused(
                life: credential.life, isReported: isReported, isUncertain: knowledge.uncertainSince != nil, policy,
                at: now)
            refused(credential, errcode: errcode, meaning, question.epoch, for: callers, at: now, into: &out)
        case .refused(let refusal):
            health.questionRefused(refusal.trouble, until: now + policy.questionPause(after: refusal.reaction))
            guard mayAnswer, callers.isReported(credential.fingerprint),
                let answer = presume(credential, for: callers, at: now, into: &out)
            else { return }
            callers.presumed(credential.fingerprint, answer, into: &out)
        case .inconclusive(let trouble):
            health.unanswered(life: credential.life, policy, at: now)
            if isReported, mayAnswer { callers.inconclusive(credential.fingerprint, trouble, into: &out) }
        }
    }

    private mutating func refused(
        _ credential: Credential, errcode: Int, _ meaning: TokenHealth.Refusal, _ epoch: Epoch,
        for callers: WaitingCallers, at now: Instant, into out: inout Outbox
    ) {
        switch meaning {
        case .nothing, .expected: break
        case .storeWasBehind: out.note(.credential(app: app, notice: .storeWasBehind(errcode: errcode)))
        case .endedFromOutside:
            out.counters.externalRotations += 1
            var pause = Duration.zero
            if settings.kind(for: .dead).rotates {
                countRepairs(in: epoch, life: credential.life, at: now)
                let view = view(callers)
                pause = ((view.token.map(view.heldUntil) ?? now) - now).atLeastZero
            }
            out.note(.credential(app: app, notice: .externalRotation(errcode: errcode, repairedIn: pause)))
            if pause > .zero { wait(pause, errcode: errcode, epoch, at: now, into: &out) }
        }
    }

    /// The next repair waits, and everybody is told why.
    private mutating func wait(
        _ pause: Duration, errcode: Int, _ epoch: Epoch, at now: Instant, into out: inout Outbox
    ) {
        let trouble = Trouble(
            errcode: errcode,
            summary: "a program outside this cluster fetches tokens for this app and ends ours again and again; "
                + "so that the day's quota lasts, the next repair waits \(pause.wholeSeconds) s")
        knowledge.failed(with: trouble)
        resolve(
            Abortion(app: app, epoch: epoch, intent: nil, effect: .none, trouble: trouble), at: now, into: &out)
    }
}
