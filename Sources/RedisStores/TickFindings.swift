internal import KeeperCore
internal import RedisClient

/// What the tick script answered: all of a reply but what it could only name.
struct TickFindings {
    /// More of what was found spoiled is not kept from one tick to the next.
    static let mostSpoiled = 64

    /// The reply so far.
    var reply: TickReply
    /// Apps that have changed, oldest change first.
    let changed: [AppID]
    /// Members whose records were not among the keys.
    let strangers: [String]

    /// Whether something must still be read.
    var isIncomplete: Bool { !changed.isEmpty || !strangers.isEmpty }

    init(_ reply: RedisReply) throws(StoreError) {
        var reader = try ReplyReader(reply)
        let head = try reader.head()
        let lease = try reader.optional(LeaseRecord.read)
        let lockLeft = try reader.optionalNumber().map(Duration.milliseconds)
        changed = try reader.texts().map { AppID($0) }
        let event = try reader.count()
        let startsOver = try reader.flag()
        let isComplete = try reader.flag()
        let missing = try reader.texts().map { AppID($0) }
        let pauseLeft = try reader.optionalNumber().map(Duration.milliseconds)
        let members = try reader.list(Member.read)
        let nameHolder = try reader.optional(Member.read)
        strangers = try reader.texts()
        self.reply = TickReply(
            lease: lease, lockLeft: lockLeft, position: StorePosition(store: head.store, event: event),
            startsOver: startsOver, isComplete: isComplete, missing: missing, pauseLeft: pauseLeft,
            members: members.sorted { $0.holder.node < $1.holder.node }, nameHolder: nameHolder,
            spoiled: head.spoiled, storeTime: head.now)
    }

    /// Adds what `look` has read; false if that was another store.
    mutating func add(_ look: RedisReply) throws(StoreError) -> Bool {
        var reader = try ReplyReader(look)
        let head = try reader.head()
        guard head.store == reply.position.store else { return false }
        reply.members = (reply.members + (try reader.list(Member.read))).sorted { $0.holder.node < $1.holder.node }
        reply.changes = try reader.list(CredentialRecord.read)
        reply.spoiled += head.spoiled
        return true
    }
}

extension Member {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> Member {
        let node = NodeName(try reader.text())
        let incarnation = Incarnation(try reader.text())
        var member = Member(
            holder: LeaseHolder(node: node, incarnation: incarnation, address: try reader.text()),
            beat: try reader.count(), epochSeen: Epoch(try reader.count()), isDraining: try reader.flag(),
            reachability: Reachability(rawValue: UInt8(clamping: try reader.count())) ?? .unknown)
        member.apps = AppsDigest(try reader.text())
        member.isCold = try reader.flag()
        return member
    }
}
