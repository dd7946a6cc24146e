// What a person should look at.
extension NodeCore {
    /// What a person should look at; nil while the node leaves, for then it is no judge of anything.
    public func alarms(at now: Instant) -> NodeAlarms? {
        guard !departure.isForGood else { return nil }
        let facts = facts
        let leader = facts.leader(at: now)
        var alarms: [Alarm] = []
        if let refusal = sync.refusal { alarms.append(Alarm(nil, .storeRefuses(refusal))) }
        if sync.isReachable == false, sync.refusal == nil {
            alarms.append(Alarm(nil, .storeUnreachable))
        } else if sync.isReachable != false, leader == nil {
            // Only a node that can look knows that nobody leads.
            alarms.append(Alarm(nil, .noLeader))
        }
        let reasons = facts.reasonsNotReady(at: now)
        if !reasons.isEmpty { alarms.append(Alarm(nil, .notReady(reasons))) }
        addNeighbours(to: &alarms, leader: leader)
        guard elector.isLeader(at: now), let term = elector.term else { return NodeAlarms(term: nil, alarms: alarms) }
        var lastIll: AppID?
        var covered: Set<AppID> = []
        for index in refreshers.indices {
            // Tickets come right after their app, and without its token none can be had.
            if let owner = refreshers[index].app.owner, owner == lastIll {
                covered.insert(refreshers[index].app.id)
                continue
            }
            let report = refreshers[index].report(nil, at: now)
            alarms += report.alarms.map { Alarm(refreshers[index].app.id, $0) }
            if report.isMissing || report.isStopped { lastIll = refreshers[index].app.id }
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
                alarms.append(Alarm(nil, .appsDiffer(leader: neighbour.holder.node, difference: difference)))
            case .unknown, .sameApps, .otherApps, .answeredBy, .silent: break
            }
        }
    }
}

extension CredentialReport {
    /// What a person should look at.
    fileprivate var alarms: [Alarm.Reason] {
        var alarms: [Alarm.Reason] = isMissing ? [.noToken] : []
        // While a repair waits, the trouble is the external program, which is told of below.
        if let trouble, !isRotatedExternally { alarms.append(isStopped ? .stopped(trouble) : .failing(trouble)) }
        // Not even our own pauses end external rotations.
        if let externalRotations, expectsExternalRotations { alarms.append(.externalRotation(externalRotations)) }
        return alarms
    }
}
