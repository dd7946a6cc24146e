/// Keeps a node in step with the store: how far it has read, who is there, and when that was last confirmed.
struct StoreSync: Sendable {
    /// How far the store's changes were read; nil if everything is to be read anew.
    private(set) var position: StorePosition?
    /// Whether the newest event was read at least once since the store last started over.
    private(set) var hasReadAll = false
    /// Everything known was confirmed then, by the store or by a member that had it from there; it never goes back.
    private(set) var confirmedAt: Instant?
    /// Everyone with a living member record at the last tick.
    private(set) var members: [Member] = []
    /// When to look.
    var ticks: TickSchedule
    var name = NameWatch()
    /// What was found spoiled in the store.
    var spoiled = SpoilageBook()
    private(set) var reach = StoreContact()
    private var clock = StoreClock()
    /// The server that `position` was read from.
    private var serverRun: String?
    /// Where the next verification begins.
    private var verifyFrom = 0

    init(period: Duration, seed: UInt64) { ticks = TickSchedule(period: period, seed: seed) }

    /// Whether the last command was answered; nil before the first.
    var isReachable: Bool? { reach.isReachable }

    /// What the store refuses; nil: nothing.
    var refusal: StoreRefusal? { reach.refusal }

    /// Time since everything known was confirmed; nil if never.
    func age(at now: Instant) -> Duration? { confirmedAt.map { (now - $0).atLeastZero } }

    /// Chooses the apps whose records the next tick verifies, all of them in turn.
    mutating func nextToVerify(of count: Int) -> Range<Int> {
        guard count > 0 else { return 0..<0 }
        let start = verifyFrom < count ? verifyFrom : 0
        let end = min(count, start + Tick.mostVerified)
        verifyFrom = end == count ? 0 : end
        return start..<end
    }

    /// Everything is to be read anew, at once.
    mutating func startOver(at now: Instant) {
        position = nil
        hasReadAll = false
        ticks.voidInFlight()
        ticks.hint(at: now)
    }

    /// Whether a reply goes on where we have read to.
    ///
    /// A server that was started from an old copy may have counted other events under the numbers we know, so after a
    /// change of server everything is read anew.
    mutating func follows(_ reply: TickReply, from server: ServerIdentity, at now: Instant) -> Bool {
        defer { serverRun = server.run }
        guard let serverRun, serverRun != server.run, !reply.startsOver else { return true }
        startOver(at: now)
        return false
    }

    /// Takes in what a tick found, once its changes were learned.
    mutating func learn(_ reply: TickReply, sentAt: Instant, at now: Instant, into out: inout Outbox) {
        position = reply.position
        members = reply.members
        if reply.startsOver { hasReadAll = false }
        if reply.isComplete {
            hasReadAll = true
            confirmedAt = sentAt
        } else {
            ticks.goOn(at: now)
        }
        if let left = reply.lockLeft { ticks.lookAgain(whenLockEndsIn: left, at: now) }
        clock.observe(reply.storeTime, at: now, into: &out)
    }

    /// Takes in how a command ended.
    mutating func noteReply(_ error: StoreError?, of kind: RefusalBook.Kind, at now: Instant, into out: inout Outbox) {
        reach.note(error, of: kind, at: now, into: &out)
    }

    /// A member that confirmed its versions so long ago has told us all it knows.
    mutating func confirm(asOf moment: Instant) { confirmedAt = max(confirmedAt ?? moment, moment) }
}
