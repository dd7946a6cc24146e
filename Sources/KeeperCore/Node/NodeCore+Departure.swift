extension NodeCore {
    /// The lease is to be given up, if it is ours.
    mutating func stepDown(_ succession: Departure.Succession) {
        if elector.term != nil { departure.stepDown(succession) }
    }

    mutating func leaveAsked(at now: Instant) {
        // The call in flight may take its whole time, and its token must then reach the store.
        departure.leave(by: now + settings.timing.callTimeout + settings.timing.commandTimeout * 2)
    }

    /// Gives the lease up as soon as no call of ours can follow.
    mutating func depart(at now: Instant) {
        if let term = elector.term, rules.mustEnd(term.epoch, remembering: elector.highestEpochSeen) {
            // A store that lost its record and whose clock was set back grants a term below one that has been.
            departure.stepDown()
        }
        guard departure.isUnderWay else { return }
        // A lease that is being granted must be given back.
        let mayRelease =
            departure.waitsForCalls && !elector.awaitsGrant && rules.mayRelease(isBusy: slots.isAnyoneBusy)
        while let step = departure.next(mayRelease: mayRelease, at: now) {
            switch step {
            case .stepDown(let succession):
                elector.stepDown(
                    to: succession.successor, isForReachability: succession.isForReachability,
                    keepingBackUntil: succession.keepsBackUntil, at: now, into: &out)
            case .resign:
                let request = elector.resign(at: now, into: &out)
                departure.released(by: request, before: now + settings.timing.commandTimeout)
            case .leave:
                out.append(.left)
            }
        }
    }
}
