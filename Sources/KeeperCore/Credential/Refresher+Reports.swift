// Those who say that WeChat refused the current token.
extension Refresher {
    /// What a leader answers to a report without asking WeChat; nil: WeChat is to be asked, or the token is dead.
    mutating func judge(
        _ request: RefreshRequest, _ reported: Fingerprint?, at now: Instant, into out: inout Outbox
    ) -> RefreshAnswer? {
        guard let inquiry, !repair.isDead, !app.line.isTicket, rules.answersReports,
            let credential = knowledge.credential, credential.fingerprint == reported, knowledge.isValid(at: now)
        else { return nil }
        if now < inquiry.barredUntil { return presume(credential, at: now, into: &out) }
        if inquiry.vouches(for: credential.fingerprint, policy, life: credential.life, at: now), let served {
            return .token(served, previous: previous, refreshed: false, stillValid: true)
        }
        if case .verifying = job { return nil }
        let next = inquiry.nextQuestion(policy, life: credential.life)
        guard next > min(request.deadline, now + policy.timing.hold) else { return nil }
        return .tooSoon(retryAfter: next - now)
    }

    /// The current token is reported, and WeChat refuses to be asked about it.
    /// - Returns: the answer to those who report it; nil: it is taken for dead, and they wait for the next.
    mutating func presume(_ credential: Credential, at now: Instant, into out: inout Outbox) -> RefreshAnswer? {
        guard var inquiry, let trouble = inquiry.trouble else { return nil }
        let kind = kind(for: .dead)
        // Where a call for a token rotates nothing, its answer is the verdict.
        if kind.rotates {
            repair.count(knowledge.stored.rotationsToday, in: term, policy.repairs(life: credential.life), at: now)
            let isYoung = now - credential.issuedAt < policy.spacing(life: credential.life, kind: kind)
            let conditions = policy.presumption(
                life: credential.life, kind: kind, isYoung: isYoung, isContested: isContested(at: now),
                notBefore: earliest(.dead, kind, credential))
            let next = inquiry.reported(credential.fingerprint, conditions, at: now)
            self.inquiry = inquiry
            if let next { return .unavailable(.wechatUnreachable(trouble), retryAfter: next - now) }
        }
        repair.died()
        out.note(.credential(app.id, .presumedDead(trouble)))
        return nil
    }

    /// Whether WeChat has said of late that somebody outside the cluster ends our tokens.
    private func isContested(at now: Instant) -> Bool {
        guard let credential = knowledge.credential else { return false }
        return knowledge.stored.overwrites(at: now).map { $0.age < policy.outsiderRemembered(life: credential.life) }
            ?? false
    }

    /// WeChat refused the question whether the token lives.
    mutating func questionRefused(
        _ refusal: Refusal, about credential: Credential, mayAct: Bool, at now: Instant, into out: inout Outbox
    ) {
        var inquiry = self.inquiry ?? Inquiry()
        inquiry.refused(refusal.trouble, until: now + policy.questionPause(after: refusal.reaction))
        watch.barred(until: inquiry.barredUntil)
        self.inquiry = inquiry
        guard mayAct, isReported(credential) else { return }
        guard let answer = presume(credential, at: now, into: &out) else { return }
        queue.answer(
            { $0.fingerprint == credential.fingerprint && $0.forward == nil }, with: { _ in answer }, into: &out)
    }
}
