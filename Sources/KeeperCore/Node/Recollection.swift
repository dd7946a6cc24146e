// Whether anybody who lives has seen that what the store holds is the newest.
//
// A store that was restored from an older copy shows tokens that were replaced long ago, and nothing in it tells. A
// node that was there knows better and writes the newer ones back; nodes that have all just started know nothing but
// what they read. Such a node is cold. Until it is not, it says `stale` with every token. If it leads, it asks the
// members, one of whom may remember; then it asks WeChat about each token it found, which costs one cheap call, and
// replaces those that are dead.

/// Whether a node remembers, or knows of somebody who does.
struct Recollection: Sendable {
    /// Whether all this node knows is what it found in the store.
    private(set) var isCold = true
    /// Whether the members were asked once what they remember.
    private var hasAsked = false
    /// The beat of each member when it was first read; only while cold, and only looked up.
    private var firstBeats: [Incarnation: UInt64] = [:]

    /// Those of the members that say that they remember and have shown that they live: the record of one that is dead
    /// may have been restored with all the rest.
    mutating func witnesses(among members: [Member]) -> [Incarnation] {
        members.compactMap { member in
            let incarnation = member.holder.incarnation
            let first = firstBeats[incarnation] ?? member.beat
            firstBeats[incarnation] = first
            return !member.isCold && member.beat > first ? incarnation : nil
        }
    }

    /// Everything was read.
    ///
    /// Returns whether the members are to be asked: once.
    mutating func asksMembers() -> Bool {
        defer { hasAsked = true }
        return !hasAsked
    }

    mutating func warmUp() { (isCold, firstBeats) = (false, [:]) }
}

extension NodeCore {
    var isCold: Bool { recollection.isCold }

    /// Marks what a cold node has found in the store as not proven.
    ///
    /// Tickets are asked for anew with their app's token.
    mutating func distrust(_ index: Int, unless known: Credential?, at now: Instant) {
        let refresher = refreshers[index]
        guard isCold, !sync.hasReadAll, !refresher.app.line.isTicket, let found = refresher.knowledge.credential,
            found.fingerprint != known?.fingerprint
        else { return }
        refreshers[index].distrust(at: now)
    }

    /// A node is cold no more once it has read everything and a leader that is not cold vouches for it, or nothing it
    /// found is left to be proven.
    mutating func warmUp(at now: Instant) {
        guard isCold else { return }
        let witnesses = recollection.witnesses(among: sync.members)
        guard sync.hasReadAll else { return }
        if recollection.asksMembers() { peers.wantOnce() }
        if let leader = leaderHint?.holder.incarnation, witnesses.contains(leader) { trustAll() }
        let isProven = !refreshers.contains { $0.watch.isUnproven && $0.knowledge.isValid(at: now) }
        if isProven { recollection.warmUp() }
    }

    /// A cold node has asked the members.
    ///
    /// One that is not cold and in step with the store has told everything newer than what the store holds; and each
    /// tells when the token ends, by a clock that nobody sets.
    mutating func heed(_ states: [PeerState], askedAt sent: Instant) {
        guard isCold else { return }
        for record in states.flatMap(\.records) {
            guard let index = indexOfApp[record.app] else { continue }
            refreshers[index].correctLife(by: record, askedAt: sent)
        }
        let those = sync.members.filter { !$0.isCold }.map(\.holder.incarnation)
        let witness = states.first { state in
            those.contains(state.holder.incarnation) && state.syncAge.map { $0 < NodeSettings.staleAfter } ?? false
        }
        if witness != nil { trustAll() }
    }

    private mutating func trustAll() {
        for index in refreshers.indices { refreshers[index].trust() }
    }
}

extension Refresher {
    /// The token that is known was found in the store, and nobody has vouched for it.
    mutating func distrust(at now: Instant) { watch.distrust(policy, chance: random.nextUnit(), at: now) }

    /// A member tells what it knows of the life of the token that is known.
    mutating func correctLife(by record: CredentialRecord, askedAt sent: Instant) {
        guard knowledge.correctLife(by: record, askedAt: sent), let credential = knowledge.credential else { return }
        due.redraw(for: credential, app.line, policy, random: &random)
    }

    /// Somebody vouches for the token that is known.
    mutating func trust() { watch.trust() }
}
