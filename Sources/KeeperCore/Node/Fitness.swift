/// Whether this node reaches WeChat.
///
/// Judged by its calls and, when there are none, by connections made for nothing else. A call that fails is only a
/// suspicion: many may hang at once, and the other nodes have nothing but connections to compare it with. So the last
/// of the failures that count must be a connection of the same kind.
///
/// What another node found out before the leader's first failure says nothing about now: WeChat may be away for all. So
/// a leader tells of its first failure, the others try the way at once, and it waits until what they say is about that.
///
/// A leader that does not while another node does is of no use, though its lease is in order: it gives way. So that two
/// nodes do not hand the lease to and fro, whoever gave way counts as unfit for a minute, then for two, up to ten.
struct Fitness: Sendable {
    /// So many attempts in a row must have failed before a node counts as cut off, the last of them a mere connection.
    static let mostFailures = 3
    /// Without a call a connection is tried this often.
    static let checkPeriod: Duration = .seconds(30)
    /// After a failure the next try follows at once: three in a row shall not take longer than they must.
    static let confirmationPause: Duration = .milliseconds(300)
    /// How often a node that is cut off tries again.
    static let recoveryPause: Duration = .seconds(5)
    /// How long a node that gave way counts as unfit, the first time and at most.
    static let shortestBan: Duration = .seconds(60)
    static let longestBan: Duration = .seconds(600)
    /// A leader that another gave way to stays for so long at least.
    static let leastStay: Duration = .seconds(60)

    private(set) var failures = 0
    /// When the next connection is tried; nil while one is.
    private(set) var nextWakeUp: Instant?
    /// Until when the node counts as unfit whatever it reaches.
    private(set) var bannedUntil = Instant.origin
    /// Whether WeChat lets this node's address in, by app, as the last answer about each said; nil while unknown.
    private var isLetIn: [Bool?]
    private var letIn = 0
    private var shutOut = 0
    private var metAt: Instant?
    /// When the first of the failures in a row happened.
    private(set) var failingSince: Instant?
    /// Since when the leader has been seen not to say that it reaches WeChat; nil while it does, or nobody leads.
    private var leaderDoubtedSince: Instant?
    private var ban = Self.shortestBan
    private var inFlight: RequestID?
    private var random: SplitMix64

    /// - Parameter apps: how many there are; each has a list of admitted addresses of its own.
    init(apps: Int, seed: UInt64) {
        isLetIn = Array(repeating: nil, count: apps)
        random = SplitMix64(seed: seed)
    }

    /// The process is up: spread the first checks over a period.
    mutating func begin(at now: Instant) {
        nextWakeUp = now + Self.checkPeriod.scaled(by: 0.1 * random.nextUnit())
    }

    /// Whether this node cannot do what a leader is for: nobody is there, or nobody lets it in.
    ///
    /// One app of many whose list lacks this address is that app's trouble, not the node's.
    var isCutOff: Bool { failures >= Self.mostFailures || shutOut > 0 && letIn == 0 }

    /// What the others are told.
    func standing(at now: Instant) -> Member.Fitness {
        if isCutOff || now < bannedUntil { return .unfit }
        guard failures == 0, let metAt, now - metAt < Self.checkPeriod * 2 else { return .unknown }
        return leaderDoubtedSince.map { metAt < $0 } ?? false ? .unknown : .fit
    }

    /// Takes in what the leader, another node, says of itself; nil without one.
    mutating func heed(leader standing: Member.Fitness?, at now: Instant) {
        guard let standing, standing != .fit else { return leaderDoubtedSince = nil }
        guard leaderDoubtedSince == nil else { return }
        leaderDoubtedSince = now
        if inFlight == nil { nextWakeUp = now }
    }

    /// Whether the others have had the time to look for themselves since the first failure of this leader.
    ///
    /// They heed nobody who does not lead. This node's next tick tells of it, the others' next ticks see that, those
    /// after tell what they found by then, and one more brings it here; each may be a tenth of a period late, and the
    /// way has to be tried.
    func othersHaveLooked(at now: Instant, leadsSince granted: Instant, tickPeriod: Duration) -> Bool {
        failingSince.map { now - max($0, granted) >= tickPeriod * 5 } ?? true
    }

    /// Takes in what a call for an app says about the way to WeChat.
    mutating func note(_ contact: Contact, ofApp app: Int, at now: Instant) {
        switch contact {
        case .met:
            meet(at: now)
            admit(true, app)
        case .failed:
            failingSince = failingSince ?? now
            failures = min(failures + 1, Self.mostFailures - 1)
        case .shutOut:
            admit(false, app)
        case .untried:
            return
        }
        if inFlight == nil { schedule(at: now) }
    }

    private mutating func meet(at now: Instant) {
        failures = 0
        failingSince = nil
        metAt = now
        if now >= bannedUntil + Self.longestBan { ban = Self.shortestBan }
    }

    /// The apps have other places now.
    /// - Parameter places: by the place before, the one now; only looked up.
    mutating func rearrange(_ places: [Int: Int], count: Int) {
        let before = isLetIn
        isLetIn = Array(repeating: nil, count: count)
        for (last, isAdmitted) in before.enumerated() {
            if let place = places[last] { isLetIn[place] = isAdmitted }
        }
        letIn = isLetIn.count { $0 == true }
        shutOut = isLetIn.count { $0 == false }
    }

    private mutating func admit(_ isAdmitted: Bool, _ app: Int) {
        if let before = isLetIn[app] { if before { letIn -= 1 } else { shutOut -= 1 } }
        if isAdmitted { letIn += 1 } else { shutOut += 1 }
        isLetIn[app] = isAdmitted
    }

    private mutating func schedule(at now: Instant) {
        let isDoubtful = failures > 0 && failures < Self.mostFailures
        let pause = isDoubtful ? Self.confirmationPause : failures > 0 ? Self.recoveryPause : Self.checkPeriod
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
        isLetIn = Array(repeating: nil, count: isLetIn.count)
        (letIn, shutOut) = (0, 0)
        bannedUntil = now + ban
        ban = min(ban * 2, Self.longestBan)
        return bannedUntil
    }
}

extension NodeCore {
    /// Tries the way to WeChat if that is due.
    mutating func checkReachIfDue(at now: Instant) {
        guard fitness.isDue(at: now) else { return }
        fitness.sent(out.reach(before: now + settings.timing.callTimeout))
    }

    /// A leader that is cut off from WeChat hands over to a member that is not: at most one such move a minute.
    mutating func giveWayIfCutOff(at now: Instant) {
        guard fitness.isCutOff, now >= fitness.bannedUntil, !departure.isUnderWay, !lock.isPaused,
            let term = elector.term,
            fitness.othersHaveLooked(
                at: now, leadsSince: term.granted, tickPeriod: settings.timing.tickPeriod),
            now < term.validUntil, !term.followsMove || now - term.granted >= Fitness.leastStay,
            let heir = fittest(atLeast: .fit)
        else { return }
        let ends = fitness.giveWay(at: now)
        out.note(.lease(.gaveWay(to: heir, failures: fitness.failures)))
        departure.stepDown(.init(successor: heir, isForReach: true, keepsBackUntil: ends))
    }

    /// The other member best fit to lead, by fitness and then by name; nil if none is fit enough.
    func fittest(in members: [Member]? = nil, atLeast least: Member.Fitness) -> NodeName? {
        var best: Member?
        for other in members ?? sync.members where other.holder.incarnation != holder.incarnation && !other.isDraining {
            if other.fitness >= least, best.map({ $0.fitness < other.fitness }) ?? true { best = other }
        }
        return best?.holder.node
    }
}
