/// What a refresher is told of its app and of its node.
///
/// Only the policy changes, with the configuration.
struct RefresherSettings: Sendable {
    let app: AppSettings
    /// Of this process; it names every intent.
    let incarnation: Incarnation
    var policy: RefreshPolicy
    let rules: Rules

    /// The call that brings a token for this reason.
    func kind(for reason: RotationReason) -> CallKind { app.line.kind(for: reason) }

    /// Whether a call may be begun under this lease.
    func allowsCall(_ leadership: Situation.Leadership, at now: Instant) -> Bool {
        rules.allowsCall(withLeaseUntil: leadership.validUntil, budget: policy.timing.callBudget, at: now)
    }

    /// The right to make one call, begun now.
    func permit(in epoch: Epoch, at now: Instant) -> CallPermit {
        CallPermit(epoch: epoch, deadline: now + policy.timing.callTimeout)
    }
}

extension CredentialLine {
    /// The call that brings a token for this reason.
    func kind(for reason: RotationReason) -> CallKind {
        switch (self, reason) {
        case (.classic, _): .classic
        case (.stable, .operatorAsked): .stableForced
        case (.stable, _): .stable
        case (.wecom, _): .wecom
        case (.ticket(let type), _): .ticket(type)
        }
    }
}
