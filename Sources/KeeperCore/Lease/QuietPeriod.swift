/// The time a new leader waits before its first rotating call, so that every call of an earlier term is over by then.
struct QuietPeriod: Equatable, Sendable {
    /// No rotating call before this moment.
    var until: Instant
    /// For whom the time by which WeChat may still be late (δ) comes on top.
    var lateness: Lateness

    /// Which apps wait longer than `until`.
    enum Lateness: Equatable, Sendable {
        /// None: the predecessor has handed over and counted it in.
        case none
        /// Those with an open intent of another term or a taint: their last call may be late.
        case doubtful
        /// All: nobody knows what was open.
        case all
    }

    /// The end of the quiet period for one app, not before `granted` plus δ where δ applies.
    func end(isDoubtful: Bool, granted: Instant, lateness extra: Duration) -> Instant {
        switch lateness {
        case .none: until
        case .doubtful: isDoubtful ? max(until, granted) + extra : until
        case .all: max(until, granted) + extra
        }
    }

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
        var mutations: Set<Mutation>
    }

    /// Decides by the first case that fits; whatever is not surely known counts as the worst.
    static func afterGrant(_ evidence: Evidence) -> QuietPeriod {
        let worst = evidence.granted + evidence.timing.observation
        if evidence.mutations.contains(.noQuiet) { return QuietPeriod(until: evidence.granted, lateness: .none) }
        guard let previous = evidence.previous else { return QuietPeriod(until: worst, lateness: .all) }
        if evidence.mutations.contains(.quietOnlyWithoutRecord) {
            return QuietPeriod(until: evidence.granted, lateness: .none)
        }
        if evidence.mayHaveForgotten { return QuietPeriod(until: worst, lateness: .all) }
        if let left = previous.releasedWith {
            return QuietPeriod(until: evidence.granted + left, lateness: .none)
        }
        if previous.holder.incarnation == evidence.incarnation {
            // Our own term, and nobody in between: what bound us then binds us still. If a grant of ours was lost on
            // the way, the record hides whoever came before it.
            guard let held = evidence.lastHeld,
                held.epoch == previous.epoch || evidence.mutations.contains(.trustsOwnRecord)
            else { return QuietPeriod(until: worst, lateness: .doubtful) }
            return QuietPeriod(until: held.boundUntil, lateness: .doubtful)
        }
        if let watched = evidence.watched, watched.renewal == ObservedRenewal(previous) {
            return QuietPeriod(until: watched.since + evidence.timing.observation, lateness: .doubtful)
        }
        return QuietPeriod(until: worst, lateness: .doubtful)
    }
}

/// A renewal of somebody's lease and the moment this node first saw it, by its own clock.
struct WatchedRenewal: Equatable, Sendable {
    let renewal: ObservedRenewal
    let since: Instant
}

/// A term this process has held, and the moment until which no rotating call may follow it.
struct HeldTerm: Equatable, Sendable {
    let epoch: Epoch
    let boundUntil: Instant
}
