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
    /// Whether the members were asked once what they remember, and whether they have answered.
    private var (hasAsked, hasHeard) = (false, false)
    /// The least beat of each member that was read; only while cold, and only looked up.
    private var leastBeats: [Incarnation: UInt64] = [:]

    /// Whether what members tell is news: once after the start, and as long as nobody is known who remembers.
    var isListening: Bool { isCold || hasAsked && !hasHeard }

    /// Those of the members that say that they remember and have shown that they live.
    ///
    /// The record of one that is dead may have been restored with all the rest. A beat that was lost begins anew below.
    mutating func witnesses(among members: [Member]) -> [Incarnation] {
        members.compactMap { member in
            let incarnation = member.holder.incarnation
            let least = min(leastBeats[incarnation] ?? member.beat, member.beat)
            leastBeats[incarnation] = least
            return !member.isCold && member.beat > least ? incarnation : nil
        }
    }

    /// Everything was read.
    ///
    /// Returns whether the members are to be asked: once.
    mutating func asksMembers() -> Bool {
        defer { hasAsked = true }
        return !hasAsked
    }

    /// The members have answered, as many as there are.
    mutating func heard() { hasHeard = true }

    mutating func warmUp() { (isCold, leastBeats) = (false, [:]) }
}

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
            for index in refreshers.indices where isAwaited(refreshers[index].app.id) { refreshers[index].trust() }
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
