// Those who wait for another token: who is answered at once, who waits, who is sent on or away.
extension Refresher {
    /// Takes in a caller.
    ///
    /// Afterwards `step` must run.
    mutating func ask(
        _ request: RefreshRequest, fingerprint: Fingerprint?, _ situation: Situation, at now: Instant,
        into out: inout Outbox
    ) {
        out.counters.refreshesAsked += 1
        if request.reason == .operatorAsked, situation.leadership != nil { backoff.operatorAsked() }
        if let answer = immediateAnswer(request, fingerprint, situation, at: now) {
            return out.append(.answer(request.waiter, answer))
        }
        if situation.leadership != nil, let answer = judge(request, fingerprint, at: now, into: &out) {
            return out.append(.answer(request.waiter, answer))
        }
        let longest = now + policy.timing.hold
        queue.append(
            .init(
                id: request.waiter, reason: request.reason, fingerprint: fingerprint,
                isForwarded: request.isForwarded, holdUntil: min(request.deadline, longest),
                deadline: min(request.deadline, now + policy.timing.forwardTimeout), forward: nil))
    }

    private func immediateAnswer(
        _ request: RefreshRequest, _ fingerprint: Fingerprint?, _ situation: Situation, at now: Instant
    ) -> RefreshAnswer? {
        let current = served.flatMap { $0.expiresIn(at: now) == nil ? nil : $0 }
        if let fingerprint, let current, current.credential.fingerprint != fingerprint {
            // Known to be older: whoever asks gets the current one. On the leader an unknown one too: no rotation by
            // guessing. A follower may simply be behind, so it asks.
            if previous.contains(fingerprint) || situation.leadership != nil {
                return .token(current, previous: previous, refreshed: false, stillValid: false)
            }
        }
        guard let leadership = situation.leadership else {
            return request.isForwarded ? .notLeader(situation.leader) : nil
        }
        if let trouble = knowledge.stored.trouble, let pause = backoff.pause(at: now), isWaitingFutile(request) {
            return .refused(trouble, retryAfter: pause)
        }
        guard request.reason == .operatorAsked else { return nil }
        return refusalOfOperator(request, leadership, at: now)
    }

    /// While WeChat refuses to issue, neither a dead token nor an operator's wish can be helped; only whether a token
    /// lives can still be asked.
    private func isWaitingFutile(_ request: RefreshRequest) -> Bool {
        request.reason == .operatorAsked || repair.isDead || knowledge.credential == nil
    }

    private func refusalOfOperator(
        _ request: RefreshRequest, _ leadership: Situation.Leadership, at now: Instant
    ) -> RefreshAnswer? {
        let kind = kind(for: .operatorAsked)
        let budget = policy.dailyBudget(kind, life: knowledge.credential?.life)
        if knowledge.stored.rotationsToday >= budget { return .tooSoon(retryAfter: .seconds(3600)) }
        guard let credential = knowledge.credential else { return nil }
        // What is dead must not be spaced from what has died: he ends the pause.
        if repair.isDead, heldUntil(credential) > now { return nil }
        let earliest = credential.issuedAt + policy.spacing(life: credential.life, kind: kind)
        guard earliest > min(request.deadline, now + policy.timing.hold) else { return nil }
        return .tooSoon(retryAfter: earliest - now)
    }

    /// Hands those who wait to the leader, once each until the leader answers.
    mutating func passOn(to leader: LeaderHint?, at now: Instant, into out: inout Outbox) {
        guard !queue.isEmpty else { return }
        queue.answer({ $0.isForwarded }, with: { _ in .notLeader(leader) }, into: &out)
        guard let leader else { return }
        // Whatever hangs at an earlier leader is asked again of this one; a refresh asked twice rotates once.
        if forwards.follows(leader.epoch, at: now) { queue.releaseAll() }
        guard forwards.isDue(at: now) else { return }
        var count = 0
        queue.dispatch(at: now) { reason, deadline in
            count += 1
            return out.forward(Forwarding(leader: leader, app: app.id, reason: reason, deadline: deadline))
        }
        out.counters.forwards += count
    }

    /// The leader answered, or did not.
    mutating func forwarded(
        _ request: RequestID, _ outcome: ForwardOutcome, at now: Instant, into out: inout Outbox
    ) {
        switch outcome {
        case .token(let record, let refreshed, let stillValid):
            // Counted from before the question: the answer may have lain here while this process stood still. If nobody
            // waits for it any more, the store will tell.
            guard let sentAt = queue.waiting.first(where: { $0.forward == request })?.forwardedAt else { return }
            knowledge.learnFromPeer(record, askedAt: sentAt)
            schedule(at: now)
            serve(at: now, into: &out)
            guard let served, served.expiresIn(at: now) != nil else { return holdAgain(from: request, at: now) }
            let previous = self.previous
            queue.answer(
                { $0.forward == request },
                with: { _ in .token(served, previous: previous, refreshed: refreshed, stillValid: stillValid) },
                into: &out)
        case .answered(.notLeader), .answered(.unavailable(.noLeader, _)), .failed:
            // Between two leaders: wait for the next one, or try this one again.
            holdAgain(from: request, at: now)
        case .answered(let answer):
            queue.answer({ $0.forward == request }, with: { _ in answer }, into: &out)
        }
    }

    /// A forwarding brought nothing: wait a moment before the next.
    private mutating func holdAgain(from request: RequestID, at now: Instant) {
        queue.release(from: request)
        forwards.failed(policy, at: now)
    }

    /// The token has been replaced while they waited: those who reported the old one have what they came for.
    ///
    /// A leader also answers those who reported a token it has never heard of, as it does when they ask
    /// (`immediateAnswer`).
    mutating func answerSuperseded(isLeading: Bool, at now: Instant, into out: inout Outbox) {
        guard !queue.isEmpty, let served, served.expiresIn(at: now) != nil else { return }
        let previous = self.previous
        let current = served.credential.fingerprint
        queue.answer(
            { waiting in waiting.fingerprint.map { previous.contains($0) || (isLeading && $0 != current) } ?? false },
            with: { waiting in
                let refreshed = waiting.fingerprint.map(previous.contains) ?? false
                return .token(served, previous: previous, refreshed: refreshed, stillValid: false)
            },
            into: &out)
    }

    /// Sends away those whose time is up.
    mutating func expireWaiters(at now: Instant, into out: inout Outbox) {
        guard !queue.isEmpty else { return }
        let isWorking = isWorking
        queue.answer(
            { waiting in
                (isWorking || waiting.forward != nil ? waiting.deadline : waiting.holdUntil) <= now
            },
            with: { _ in .unavailable(.noLeader, retryAfter: .seconds(2)) }, into: &out)
    }

    /// Gives everyone the token there is now.
    mutating func answerAll(refreshed: Bool, at now: Instant, into out: inout Outbox) {
        guard let served, served.expiresIn(at: now) != nil else { return }
        let previous = self.previous
        queue.answer(
            { _ in true },
            with: { waiting in
                .token(
                    served, previous: previous, refreshed: refreshed,
                    stillValid: !refreshed && waiting.fingerprint == served.credential.fingerprint)
            },
            into: &out)
    }

    /// WeChat accepted the token: those who reported it are told so.
    mutating func answerAlive(_ credential: Credential, at now: Instant, into out: inout Outbox) {
        guard let served, served.expiresIn(at: now) != nil else { return }
        let previous = self.previous
        queue.answer(
            { $0.fingerprint == credential.fingerprint },
            with: { _ in .token(served, previous: previous, refreshed: false, stillValid: true) }, into: &out)
    }

    /// WeChat could not be asked whether the token lives: a brown-out must not put a healthy token in doubt.
    mutating func answerInconclusive(_ credential: Credential, _ trouble: Trouble, into out: inout Outbox) {
        queue.answer(
            { $0.fingerprint == credential.fingerprint },
            with: { _ in .unavailable(.wechatUnreachable(trouble), retryAfter: .seconds(5)) }, into: &out)
    }

    /// A call brought no token.
    mutating func answerFailure(
        _ trouble: Trouble, wasAnswered: Bool, _ pause: Duration, into out: inout Outbox
    ) {
        queue.answer(
            { $0.forward == nil },
            with: { _ in
                wasAnswered
                    ? .refused(trouble, retryAfter: pause)
                    : .unavailable(.wechatUnreachable(trouble), retryAfter: pause)
            },
            into: &out)
    }

    /// A dead token that must not be replaced yet: those who cannot wait so long are told when to come again.
    mutating func answerTooSoon(_ leadership: Situation.Leadership, at now: Instant, into out: inout Outbox) {
        guard repair.isDead, !queue.isEmpty, let plan = nextFetch(leadership, at: now) else { return }
        let held = knowledge.credential.map(heldUntil) ?? .origin
        if let trouble = knowledge.stored.trouble, backoff.pause(at: now) != nil || held > now {
            queue.answer(
                { $0.holdUntil < plan.at && $0.forward == nil },
                with: { _ in .refused(trouble, retryAfter: plan.at - now) }, into: &out)
        } else {
            queue.answer(
                { $0.holdUntil < plan.at && $0.forward == nil },
                with: { _ in .tooSoon(retryAfter: plan.at - now) }, into: &out)
        }
    }
}
