/// Whether this node reaches WeChat.
///
/// Judged by its calls and, when there are none, by connections made for nothing else. A call that fails is only a
/// suspicion: many may hang at once, and the other nodes have nothing but connections to compare it with. So the last
/// of the failures that count must be a connection of the same kind.
///
/// What another node found out before the leader's first failure says nothing about now: WeChat may be away for all. So
/// a leader tells of its first failure, the others try the way at once, and it waits until what they say is about that.
///
/// A leader that does not while another node does is of no use, though its lease is in order: it gives way.
struct ReachabilityWatch: Sendable {
    /// So many attempts in a row must have failed before a node counts as cut off, the last of them a mere connection.
    static let mostFailures = 3
    /// Without a call a connection is tried this often.
    static let checkPeriod: Duration = .seconds(30)
    /// After a failure the next try follows at once: three in a row shall not take longer than they must.
    static let confirmationPause: Duration = .milliseconds(300)
    /// How often a node that is cut off tries again.
    static let recoveryPause: Duration = .seconds(5)
    /// How many tick periods the others need to look for themselves and to tell: this node's next tick tells of its
    /// failure, the others' next ticks see that, those after tell what they found by then, and one more brings it here;
    /// each may be a tenth of a period late, and the way has to be tried.
    static let ticksToLook = 5
    /// A leader that another gave way to stays for so long at least.
    static let leastStay: Duration = .seconds(60)

    /// Attempts in a row that failed; of calls alone never `mostFailures`.
    private(set) var failures = 0
    /// When the next connection is tried; nil while one is.
    private(set) var nextWakeUp: Instant?
    private var ban = ReachabilityBan()
    private var admission: Admission
    /// When WeChat was there last.
    private var metAt: Instant?
    /// When the first of the failures in a row happened; nil without any.
    private(set) var failingSince: Instant?
    /// Since when the leader has been seen not to say that it reaches WeChat; nil while it does, or nobody leads.
    private var leaderUnfitSince: Instant?
    private var inFlight: RequestID?
    private var random: SplitMix64

    /// - Parameter apps: how many there are.
    init(apps: Int, seed: UInt64) {
        admission = Admission(apps: apps)
        random = SplitMix64(seed: seed)
    }

    /// The process is up: spread the first checks over a period.
    mutating func begin(at now: Instant) {
        nextWakeUp = now + Self.checkPeriod.scaled(by: 0.1 * random.nextUnit())
    }

    /// Whether this node cannot do what a leader is for: nobody is there, or nobody lets it in.
    var isCutOff: Bool { failures >= Self.mostFailures || admission.isRefused }

    /// Whether the node has given way a short while ago, and so counts as unfit whatever it reaches.
    func isBanned(at now: Instant) -> Bool { now < ban.until }

    /// What the others are told.
    func standing(at now: Instant) -> Member.Reachability {
        if isCutOff || isBanned(at: now) { return .unfit }
        guard failures == 0, let metAt, now - metAt < Self.checkPeriod * 2 else { return .unknown }
        return leaderUnfitSince.map { metAt < $0 } ?? false ? .unknown : .fit
    }

    /// Takes in what the leader, another node, says of itself; nil without one.
    mutating func heed(leader standing: Member.Reachability?, at now: Instant) {
        guard let standing, standing != .fit else { return leaderUnfitSince = nil }
        guard leaderUnfitSince == nil else { return }
        leaderUnfitSince = now
        if inFlight == nil { nextWakeUp = now }
    }

    /// Whether the others have had the time to look for themselves since the first failure of this leader.
    ///
    /// They heed nobody who does not lead.
    func othersHaveLooked(at now: Instant, leadsSince granted: Instant, tickPeriod: Duration) -> Bool {
        failingSince.map { now - max($0, granted) >= tickPeriod * Self.ticksToLook } ?? true
    }

    /// Takes in what a call for an app says about the way to WeChat.
    mutating func note(_ contact: Contact, ofApp app: Int, at now: Instant) {
        switch contact {
        case .met:
            meet(at: now)
            admission.note(true, ofApp: app)
        case .failed:
            failingSince = failingSince ?? now
            failures = min(failures + 1, Self.mostFailures - 1)
        case .shutOut:
            admission.note(false, ofApp: app)
        case .untried:
            return
        }
        if inFlight == nil { schedule(at: now) }
    }

    private mutating func meet(at now: Instant) {
        failures = 0
        failingSince = nil
        metAt = now
        ban.met(at: now)
    }

    /// The apps have other places now.
    /// - Parameter places: by the place before, the one now; only looked up.
    mutating func rearrange(_ places: [Int: Int], count: Int) { admission.rearrange(places, count: count) }

    private mutating func schedule(at now: Instant) {
        let isUnconfirmed = failures > 0 && failures < Self.mostFailures
        let pause = isUnconfirmed ? Self.confirmationPause : failures > 0 ? Self.recoveryPause : Self.checkPeriod
        nextWakeUp = now + random.jittered(pause, by: 0.1)
    }

    /// Whether a connection is to be tried now.
    func isDue(at now: Instant) -> Bool { inFlight == nil && nextWakeUp.map { $0 <= now } ?? false }

    mutating func sent(_ request: RequestID) {
        inFlight = request
        nextWakeUp = nil
    }

    /// Takes in the end of a try.
    mutating func reached(_ request: RequestID, _ isThere: Bool, at now: Instant) {
        guard inFlight == request else { return }
        inFlight = nil
        if isThere {
            meet(at: now)
        } else {
            failingSince = failingSince ?? now
            failures += 1
        }
        schedule(at: now)
    }

    /// This node gives way.
    ///
    /// Returns until when it is to keep back; whether it is let in must then be tried anew.
    mutating func giveWay(at now: Instant) -> Instant {
        admission.forget()
        ban.begin(at: now)
        return ban.until
    }
}
