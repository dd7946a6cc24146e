// What a new leader may conclude from what it knows of the term before.
extension QuietPeriod {
    /// What a node knows when it is granted a term.
    struct Evidence {
        /// The receipt of the grant.
        var granted: Instant
        /// The record the grant replaced.
        var previous: LeaseRecord?
        /// This process.
        var incarnation: Incarnation
        /// The renewal this node has watched, and since when.
        var watched: WatchedRenewal?
        /// The last term this process knew itself to hold, and what bound it then.
        var lastHeld: HeldTerm?
        /// Whether the store may have forgotten a term that still calls: its server was replaced a short while ago,
        /// or the record is older than a term this node knew of.
        var mayHaveForgotten = false
        /// L′ and δ.
        var timing: LeaseTiming
        /// Rules taken out by a test.
        var rules: Rules
    }

    /// Decides by the first case that fits; whatever is not surely known counts as the worst.
    static func afterGrant(_ evidence: Evidence) -> QuietPeriod {
        let rules = evidence.rules
        let none = QuietPeriod(until: evidence.granted, lateness: .none)
        let worst = evidence.granted + evidence.timing.observation
        guard rules.newLeaderWaits else { return none }
        guard let previous = evidence.previous else {
            return QuietPeriod(until: worst, lateness: rules.lateness(after: nil))
        }
        guard rules.waitsAfterKnownTerm else { return none }
        if evidence.mayHaveForgotten { return QuietPeriod(until: worst, lateness: .all) }
        switch previous.release {
        case .handedOver(let handover):
            return QuietPeriod(until: evidence.granted + handover.left, lateness: .none)
        case .holderDied: return afterDeath(of: previous, evidence)
        case nil: break
        }
        // Who never got through its own quiet period may have waited for a term that nobody remembers: so must we.
        let lateness = rules.lateness(after: previous)
        if previous.holder.incarnation == evidence.incarnation {
            // Our own term, and nobody in between: what bound us then binds us still.
            guard let held = evidence.lastHeld, rules.isKnown(previous, as: held) else {
                return QuietPeriod(until: worst, lateness: lateness)
            }
            return QuietPeriod(until: held.boundUntil, lateness: lateness)
        }
        if let watched = evidence.watched, watched.isShown(by: previous) {
            return QuietPeriod(until: watched.since + evidence.timing.observation, lateness: lateness)
        }
        return QuietPeriod(until: worst, lateness: lateness)
    }
}

extension QuietPeriod {
    /// The holder's process has ended, so only what it had sent can still arrive.
    private static func afterDeath(of previous: LeaseRecord, _ evidence: Evidence) -> QuietPeriod {
        guard evidence.rules.deathEndsEveryTerm(until: previous) else {
            return QuietPeriod(until: evidence.granted + evidence.timing.observation, lateness: .all)
        }
        return QuietPeriod(until: evidence.granted, lateness: evidence.rules.latenessAfterDeath)
    }
}
