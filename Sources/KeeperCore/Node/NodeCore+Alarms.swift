// What a person should look at.
extension NodeCore {
    /// What a person should look at; nil while the node leaves, for then it is no judge of anything.
    public func alarms(at now: Instant) -> NodeAlarms? {
        guard !departure.isForGood else { return nil }
        var alarms: [Alarm] = []
        if let refusal = sync.refusal { alarms.append(Alarm(nil, .storeRefuses(refusal))) }
        if sync.isReachable == false, sync.refusal == nil {
            alarms.append(Alarm(nil, .storeUnreachable))
        } else if sync.isReachable != false, leaderName(at: now) == nil {
            // Only a node that can look knows that nobody leads.
            alarms.append(Alarm(nil, .noLeader))
        }
        let reasons = reasonsNotReady(at: now)
        if !reasons.isEmpty { alarms.append(Alarm(nil, .notReady(reasons))) }
        addNeighbours(to: &alarms, leader: leaderName(at: now))
        guard elector.isLeader(at: now), let term = elector.term else { return NodeAlarms(term: nil, alarms: alarms) }
        var lastIll: AppID?
        var covered: Set<AppID> = []
        for index in refreshers.indices {
            // Tickets come right after their app, and without its token none can be had.
            if let owner = refreshers[index].app.owner, owner == lastIll {
                covered.insert(refreshers[index].app.id)
                continue
            }
            if refreshers[index].addAlarms(at: now, to: &alarms) { lastIll = refreshers[index].app.id }
        }
        return NodeAlarms(term: term.epoch, alarms: alarms, covered: covered)
    }
}

extension NodeCore {
    /// What is wrong between this node and the others, one of each kind.
    ///
    /// Of apps that differ each node tells what it does not share with the leader, so that nobody is told of two
    /// others.
    private func addNeighbours(to alarms: inout [Alarm], leader: NodeName?) {
        var isMisled = false
        for neighbour in findings {
            switch neighbour.finding {
            case .answeredBy(let other) where !isMisled:
                alarms.append(Alarm(nil, .wrongAddress(of: neighbour.holder, answeredBy: other)))
                isMisled = true
            case .otherApps(let difference) where neighbour.holder.node == leader:
                alarms.append(Alarm(nil, .appsDiffer(leader: neighbour.holder.node, difference)))
            case .unknown, .sameApps, .otherApps, .answeredBy, .silent: break
            }
        }
    }
}

extension Refresher {
    /// - Returns: whether there is no token, or none to come.
    fileprivate func addAlarms(at now: Instant, to alarms: inout [Alarm]) -> Bool {
        let isMissing = wasAskedFor && !hasToken(at: now)
        if isMissing { alarms.append(Alarm(app.id, .noToken)) }
        let isStopped = backoff.stoppedBy.map { $0.errcode == knowledge.stored.trouble?.errcode } ?? false
        // While a repair waits, the trouble is the outsider, who is told of below.
        if let trouble = knowledge.stored.trouble, !repair.isOverwritten {
            alarms.append(Alarm(app.id, isStopped ? .stopped(trouble) : .failing(trouble)))
        }
        // Not even our own pauses end a duel.
        let news = policy.outsiderRemembered(life: knowledge.credential?.life)
        if let overwrites = knowledge.stored.overwrites(at: now), overwrites.age < news || repair.isOverwritten {
            alarms.append(Alarm(app.id, .overwritten(overwrites)))
        }
        return isMissing || isStopped
    }
}
