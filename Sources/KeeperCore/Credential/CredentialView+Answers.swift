// What a leader refuses somebody who asks for another token at once, from what is known alone.
extension CredentialView {
    /// - Parameter trouble: why the last attempt failed.
    /// - Returns: nil: whoever asks waits.
    func refusal(of request: RefreshRequest, trouble: Trouble?, at now: Instant) -> RefreshAnswer? {
        if let trouble, let pause = backoff.pause(at: now), isWaitingFutile(for: request.reason) {
            return .refused(trouble: trouble, retryAfter: pause)
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
    /// - Parameter expectsExternalRotations: whether external programs are known to end our tokens.
    func presumption(_ token: TokenTimes, expectsExternalRotations: Bool, at now: Instant) -> Inquiry.Conditions {
        let kind = line.kind(for: .dead)
        let isYoung = now - token.issuedAt < policy.spacing(life: token.life, kind: kind)
        return policy.presumption(
            life: token.life, kind: kind, isYoung: isYoung, expectsExternalRotations: expectsExternalRotations,
            notBefore: earliest(.dead, kind, token))
    }
}
