extension NodeCore {
    /// A node is cold no more once it has read everything and a leader that is not cold vouches for it, or nothing it
    /// found is left to be proven.
    mutating func warmUp(at now: Instant) {
        guard others.isCold else { return }
        let witnesses = others.recollection.witnesses(among: sync.members)
        guard sync.hasReadAll else { return }
        if others.recollection.asksMembers() { others.query.askOnce() }
        if let leader = leaderHint?.holder.incarnation, witnesses.contains(leader) {
            // What it does not keep it knows nothing of.
            let kept = awaitedApps
            for index in refreshers.indices where kept.contains(refreshers[index].app.id) { refreshers[index].trust() }
        }
        let isProven = !refreshers.contains { $0.isUnproven(at: now) }
        if isProven { others.recollection.warmUp() }
    }

    /// The members have answered what they know.
    ///
    /// One that is not cold and in step with the store has told whatever is newer of the apps that it keeps. And it
    /// tells when a token ends: the latest that is told counts, if it is earlier than what the store's clock says, so
    /// that one who is wrong itself misleads nobody as long as another has seen the token's beginning.
    mutating func heed(_ states: [MemberState], askedAt sent: Instant) {
        guard others.recollection.isListening else { return }
        others.recollection.heard()
        var told: [Int: CredentialRecord] = [:]
        for state in states where state.syncAge.map({ $0 < NodeSettings.staleAfter }) ?? false {
            for record in state.records {
                guard let index = directory[record.app] else { continue }
                refreshers[index].trust()
                guard let left = record.issue?.left, left > .zero, refreshers[index].keeps(record) else { continue }
                if told[index]?.issue.map({ $0.left < left }) ?? true { told[index] = record }
            }
        }
        for index in refreshers.indices {
            if let record = told[index] { refreshers[index].correctLife(by: record, askedAt: sent) }
        }
    }
}
