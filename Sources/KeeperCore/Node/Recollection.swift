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
