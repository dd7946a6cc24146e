extension NodeCore {
    mutating func askMembersIfDue(at now: Instant) {
        guard rules.membersAreAskedFirst else {
            others.query.skip(at: now)
            return updateSituation(at: now)
        }
        let isStoreAway =
            sync.isReachable == false && sync.age(at: now).map { $0 > NodeSettings.staleAfter } ?? true
        guard others.query.isDue(isStoreAway: isStoreAway, at: now) else { return }
        guard !otherMembers.isEmpty else {
            others.query.skip(at: now)
            return updateSituation(at: now)
        }
        others.query.sent(out.askMembers(otherMembers), at: now)
    }

    mutating func membersAnswered(_ request: RequestID, _ states: [MemberState], at now: Instant) {
        guard let sentAt = others.query.answered(request, by: states.count, at: now) else { return }
        for state in states {
            elector.hear(of: state.highestEpochSeen)
            for record in state.records {
                guard let index = directory[record.app] else { continue }
                refreshers[index].learnFromMember(
                    record, askedAt: sentAt, asLeader: situation.leadership != nil, at: now)
            }
            if let age = state.syncAge { sync.confirm(asOf: sentAt - age) }
        }
        heed(states, askedAt: sentAt)
        // Only now do they count as asked, so that no app asks for them again.
        updateSituation(at: now)
        for index in refreshers.indices { step(index, at: now) }
    }
}
