// What somebody who asks for another token is answered at once, from what is known alone; nil: whoever asks waits.
extension CredentialView {
    /// - Parameter trouble: why the last attempt failed.
    func answer(
        to request: RefreshRequest, _ reported: Fingerprint?, _ offer: Offer?, trouble: Trouble?,
        _ situation: Situation, at now: Instant
    ) -> RefreshAnswer? {
        if let reported, let offer, offer.token.credential.fingerprint != reported {
            // Known to be older: whoever asks gets the current one. On the leader an unknown one too: no rotation by
            // guessing. A follower may simply be behind, so it asks.
            if offer.previous.contains(reported) || situation.leadership != nil {
                return offer.answer(refreshed: false, stillValid: false)
            }
        }
        guard situation.leadership != nil else { return request.isForwarded ? .notLeader(situation.leader) : nil }
        if let trouble, let pause = backoff.pause(at: now), isWaitingFutile(for: request.reason) {
            return .refused(trouble, retryAfter: pause)
        }
        guard request.reason == .operatorAsked else { return nil }
        return refusal(ofOperatorWhoWaitsUntil: patience(of: request, at: now), at: now)
    }

    /// Until when somebody would wait at the leader.
    func patience(of request: RefreshRequest, at now: Instant) -> Instant {
        min(request.deadline, now + policy.timing.hold)
    }

    /// While WeChat refuses to issue, neither a dead token nor an operator's wish can be helped; only whether a token
    /// lives can still be asked.
    private func isWaitingFutile(for reason: RefreshRequest.Reason) -> Bool {
        reason == .operatorAsked || health.isDead || token == nil
    }

    private func refusal(ofOperatorWhoWaitsUntil patience: Instant, at now: Instant) -> RefreshAnswer? {
        let kind = line.kind(for: .operatorAsked)
        if isBudgetSpent(kind) { return .tooSoon(retryAfter: RetryHint.budgetSpent) }
        guard let token else { return nil }
        // What is dead must not be spaced from what has died: an operator ends the pause.
        if health.isDead, heldUntil(token) > now { return nil }
        let earliest = earliest(.operatorAsked, kind, token)
        return earliest > patience ? .tooSoon(retryAfter: earliest - now) : nil
    }

    /// What makes the token dead on its users' word.
    /// - Parameter isContested: whether outsiders are known to end our tokens.
    func presumption(_ token: TokenTimes, isContested: Bool, at now: Instant) -> Inquiry.Conditions {
        let kind = line.kind(for: .dead)
        let isYoung = now - token.issuedAt < policy.spacing(life: token.life, kind: kind)
        return policy.presumption(
            life: token.life, kind: kind, isYoung: isYoung, isContested: isContested,
            notBefore: earliest(.dead, kind, token))
    }
}
