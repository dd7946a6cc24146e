extension NodeCore {
    /// Tries the way to WeChat if that is due.
    mutating func checkReachIfDue(at now: Instant) {
        guard reachability.isDue(at: now) else { return }
        reachability.sent(out.reach(before: now + settings.timing.callTimeout))
    }

    /// A leader that is cut off from WeChat hands over to a member that is not: at most one such move a minute.
    mutating func giveWayIfCutOff(at now: Instant) {
        guard reachability.isCutOff, !reachability.isBanned(at: now), !departure.isUnderWay, !lock.isPaused,
            let term = elector.term,
            reachability.othersHaveLooked(
                at: now, leadsSince: term.granted, tickPeriod: settings.timing.tickPeriod),
            now < term.validUntil, !term.followsMove || now - term.granted >= ReachabilityWatch.leastStay,
            let successor = fittest(atLeast: .fit)
        else { return }
        let ends = reachability.giveWay(at: now)
        out.note(.lease(.gaveWay(to: successor, failures: reachability.failures)))
        departure.stepDown(.init(successor: successor, isForReachability: true, keepsBackUntil: ends))
    }

    /// The other member best fit to lead, by reachability and then by name; nil if none is fit enough.
    func fittest(in members: [Member]? = nil, atLeast least: Member.Reachability) -> NodeName? {
        var best: Member?
        for other in members ?? sync.members where other.holder.incarnation != holder.incarnation && !other.isDraining {
            if other.reachability >= least, best.map({ $0.reachability < other.reachability }) ?? true { best = other }
        }
        return best?.holder.node
    }
}
