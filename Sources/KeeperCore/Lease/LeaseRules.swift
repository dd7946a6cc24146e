// The rules of the lease, each as the question that a decision asks.
//
// The switch that a test may turn stands here and nowhere else; a node without the rule does what the question then
// answers.

// MARK: Taking and keeping

extension Rules {
    /// The lease is counted from before its request, never from the reply: the store may have granted it at any moment
    /// between.
    func leaseStart(sentAt: Instant, answeredAt now: Instant) -> Instant {
        isInForce(.leaseFromRequest) ? sentAt : now
    }

    /// A lock whose last renewal was watched for L′ and never followed by another cannot be right: it is taken over.
    func mayTakeOver(_ watched: WatchedRenewal?, timing: LeaseTiming, at now: Instant) -> Bool {
        guard let watched, isInForce(.steal) else { return false }
        return now - watched.since >= timing.observation
    }

    /// No term is below one that anybody remembers, so whoever asks for the lease names the highest.
    func leastEpoch(remembering highest: Epoch) -> Epoch { isInForce(.highestEpochSeen) ? highest : .none }

    /// A term below one that has been must not last: its tokens would count as older than those everybody holds.
    func mustEnd(_ term: Epoch, remembering highest: Epoch) -> Bool { term < highest && isInForce(.highestEpochSeen) }
}

// MARK: What the store may have forgotten

extension Rules {
    /// A server that was replaced may have started from an old copy: what the one before showed proves nothing of the
    /// time since, and a term that it granted ends.
    func isReplaced(_ run: String?, by server: ServerIdentity) -> Bool {
        run != server.run && isInForce(.replacedServerEndsTerm)
    }

    /// A grant counts on from the record it replaced, or from a higher term that somebody remembers: then that one is
    /// missing in a store that was replaced, and its holder may still call.
    func isTermMissing(between previous: LeaseRecord?, and granted: Epoch) -> Bool {
        guard let previous, isInForce(.replacedServerEndsTerm) else { return false }
        return previous.epoch.next < granted
    }

    /// The record of a term that an earlier start of the server granted proves nothing: what followed may be lost.
    func provesNothing(isOld: Bool) -> Bool { isOld && isInForce(.oldRecordProvesNothing) }
}

// MARK: The quiet period

extension Rules {
    /// A new leader waits before its first rotating call.
    var newLeaderWaits: Bool { isInForce(.quietPeriod) }

    /// It waits also where the predecessor's record was found: that its lock has expired proves nothing.
    var waitsAfterKnownTerm: Bool { isInForce(.quietAfterKnownTerm) }

    /// Who got through its own quiet period knew which calls were open.
    ///
    /// Where no record says so, every app waits δ longer.
    func lateness(after previous: LeaseRecord?) -> QuietPeriod.Lateness {
        let knowsWhatIsOpen = previous?.isActive ?? false
        return knowsWhatIsOpen || !isInForce(.amnesiaLeavesAllUncertain) ? .unclear : .all
    }

    /// An incarnation that finds its own name in the record is bound by it as if it were another's, unless it knew that
    /// very term: a grant of its own that was lost on the way hides whoever came before.
    func isKnown(_ previous: LeaseRecord, as held: HeldTerm) -> Bool {
        held.epoch == previous.epoch || !isInForce(.ownRecordIsProvenByEpoch)
    }

    /// The proven death of a leader that was quiet itself shortens nothing: the term before it may be alive.
    func deathEndsEveryTerm(until previous: LeaseRecord) -> Bool {
        previous.isActive || !isInForce(.deathProvesOneTerm)
    }

    /// After the proven death of a leader, an app with an open intent waits until its call must be over.
    var latenessAfterDeath: QuietPeriod.Lateness { isInForce(.deathLeavesCallsOpen) ? .unfinished : .none }

    /// A grant whose answer was lost replaced a record that this node has never seen: it waits as after the worst.
    func quietEndOfResumedTerm(timing: LeaseTiming, at now: Instant) -> Instant {
        isInForce(.resumedIsWorst) ? now + timing.observation : now
    }
}

// MARK: Giving up

extension Rules {
    /// A released term hands on the rest of its own quiet period, for the term before it may still call.
    var restIsHandedOn: Bool { isInForce(.restHandedOn) }

    /// A released term hands on what a call of unknown outcome may still do: until then nobody may call.
    func handedOn(unknownUntil: Instant?) -> Instant? { isInForce(.unknownCallHandedOn) ? unknownUntil : nil }

    /// The lease is released only when no call is in flight.
    func mayRelease(isBusy: Bool) -> Bool { !isBusy || !isInForce(.releasesAfterCalls) }
}
