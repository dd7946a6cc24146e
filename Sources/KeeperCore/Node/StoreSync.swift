/// Keeps a node in step with the store: ticks, how far it has read, and when that was last confirmed.
struct StoreSync: Sendable {
    /// How far the store's changes were read.
    private(set) var position: StorePosition?
    /// Whether the newest event was read at least once since the store last started over.
    private(set) var hasReadAll = false
    /// Everything known was confirmed then, by the store or by a peer that had it from there.
    private(set) var confirmedAt: Instant?
    /// Whether the last command was answered; nil before the first.
    private(set) var isReachable: Bool?
    /// Everyone with a living member record at the last tick.
    private(set) var members: [Member] = []
    var name = NameWatch()
    /// What the store refuses.
    private(set) var refusals = RefusalBook()
    /// What was found spoiled in the store.
    var spoiled = SpoilageBook()
    /// How often the store's clock has jumped against ours.
    private(set) var clockSteps = 0

    private var tickDue = Instant.origin
    private var inFlight: (request: RequestID, sentAt: Instant)?
    private var wantsAnother = false
    /// A tick from before everything was to be read anew: its answer goes on from there, and is of no use.
    private var voided: RequestID?
    private var verifyFrom = 0
    private var clock: (store: Duration, ours: Instant)?
    /// The server that `position` was read from.
    private var serverRun: String?
    private var random: SplitMix64
    private let period: Duration

    init(period: Duration, seed: UInt64) {
        self.period = period
        random = SplitMix64(seed: seed)
    }

    /// When the next tick is due; nil while one is in flight.
    var nextWakeUp: Instant? { inFlight == nil ? tickDue : nil }

    /// Time since everything known was confirmed; nil if never.
    func age(at now: Instant) -> Duration? { confirmedAt.map { (now - $0).atLeastZero } }

    /// Something has changed: tick now, or once more as soon as the current tick is answered.
    mutating func hint(at now: Instant) {
        tickDue = min(tickDue, now)
        wantsAnother = inFlight != nil
    }

    /// Whether a tick is to be sent now.
    func isDue(at now: Instant) -> Bool { inFlight == nil && tickDue <= now }

    /// Whether this is the tick in flight.
    func isAwaiting(_ request: RequestID) -> Bool { inFlight?.request == request }

    mutating func sent(_ request: RequestID, at now: Instant) { inFlight = (request, now) }

    /// Chooses the apps whose records the next tick verifies, all of them in turn.
    mutating func nextToVerify(of count: Int) -> Range<Int> {
        guard count > 0 else { return 0..<0 }
        let start = verifyFrom < count ? verifyFrom : 0
        let end = min(count, start + Tick.mostVerified)
        verifyFrom = end == count ? 0 : end
        return start..<end
    }

    /// Takes in the end of a tick.
    ///
    /// Returns when it was sent if it is the one in flight.
    mutating func replied(_ request: RequestID, at now: Instant) -> Instant? {
        guard let inFlight, inFlight.request == request else { return nil }
        self.inFlight = nil
        tickDue = wantsAnother ? now : now + random.jittered(period, by: 0.1)
        wantsAnother = false
        return request == voided ? nil : inFlight.sentAt
    }

    /// Everything is to be read anew, at once.
    mutating func startOver(at now: Instant) {
        position = nil
        hasReadAll = false
        voided = inFlight?.request
        hint(at: now)
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
            tickDue = now
        }
        // A lock about to end is looked at when it ends, not up to a period later.
        if let left = reply.lockLeft, left < period { tickDue = min(tickDue, now + left + .milliseconds(3)) }
        watchClock(reply.storeTime, at: now, into: &out)
    }

    private mutating func watchClock(_ store: Duration, at now: Instant, into out: inout Outbox) {
        defer { clock = (store, now) }
        guard let clock else { return }
        let step = (store - clock.store) - (now - clock.ours)
        guard step > .seconds(1) || step < .seconds(-1) else { return }
        clockSteps += 1
        out.note(.store(.clockStepped(step)))
    }

    /// Notices whether the store answers and what it refuses, and says so when that changes.
    ///
    /// Only a tick tells whether everything is confirmed, so what is refused of other commands leaves the store
    /// reachable.
    mutating func noteReply(_ error: StoreError?, of kind: RefusalBook.Kind, at now: Instant, into out: inout Outbox) {
        let before = refusals.current
        var isAnswered = error == nil
        if case .rejected(let refusal) = error {
            refusals.note(refusal, of: kind, at: now)
            isAnswered = kind != .tick && isReachable != false
        } else {
            // Answered, or not answered at all: either way it refuses nothing any more.
            refusals.note(nil, of: kind, at: now)
        }
        if let refusal = refusals.current {
            if refusal.code != before?.code { out.note(.store(.refuses(refusal))) }
        } else if let error, isReachable != false || before != nil {
            out.note(.store(.unreachable(error)))
        } else if isAnswered, isReachable == false || before != nil {
            out.note(.store(.reachable))
        }
        isReachable = isAnswered
    }

    /// A peer that confirmed its versions so long ago has told us all it knows.
    mutating func confirm(asOf moment: Instant) { confirmedAt = max(confirmedAt ?? moment, moment) }
}
