// How an app takes part when the configuration is read again.
extension Refresher {
    /// What must be known of apps that are kept no more.
    struct Forgotten: Sendable {
        /// Above the number of every intent of theirs.
        var lastIntent: UInt64 = 0
        /// A call of theirs may be processed until then.
        var callsUntil = Instant.origin
    }

    /// The configuration was read again: what was wrong with it may be right now.
    /// - Parameter forgotten: for an app that is new, what is left of those that were here before.
    mutating func configure(_ policy: RefreshPolicy, asNewAfter forgotten: Forgotten?) {
        self.policy = policy
        if let forgotten {
            intents.begin(above: forgotten.lastIntent)
            backoff.mayBeProcessed(until: forgotten.callsUntil)
            isNewcomer = true
        }
        // So may be what let an outsider in.
        if repair.isDead, let life = knowledge.credential?.life { repair.grantOne(policy.repairs(life: life)) }
        backoff.configured()
    }
}
