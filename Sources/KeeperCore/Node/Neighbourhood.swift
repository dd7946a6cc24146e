/// Gets to know the other members: whether each is reached where it says, and whether it keeps the same apps.
///
/// Each is asked once, and again when its digest or ours is another; one that is silent every `retry`. One question is
/// on its way at a time. A node that only reads never notices a wrong address, for reads need no other node; the first
/// report of a dead token would, and then it is too late.
struct Neighbourhood: Sendable {
    /// Pause before whoever was not found is asked again.
    static let retry: Duration = .seconds(15)
    /// So often in a row nobody must have answered before that is said: a node that starts stands among the members
    /// before it listens.
    static let patience = 2

    private struct Entry {
        var neighbour: Neighbour
        /// What this node keeps and that one does not, when it last answered.
        var lacking: Set<AppID> = []
        /// For which pair of digests the finding holds; nil if it must be asked again in any case.
        var comparedAs: Pair?
        var failures = 0
        var notBefore = Instant.origin

        /// Whether the finding holds for these digests.
        func isKnown(_ ours: AppsDigest, _ theirs: AppsDigest?) -> Bool {
            guard let comparedAs else { return false }
            return comparedAs.ours == ours && comparedAs.theirs == theirs
        }
    }

    private struct Pair: Equatable {
        let ours: AppsDigest
        let theirs: AppsDigest?
    }

    /// One for each name, in their order, which is that of the members.
    private var entries: [Entry] = []
    private var inFlight: (request: RequestID, holder: LeaseHolder, pair: Pair)?

    /// What was found, for those members.
    func findings(on members: [Member]) -> [Neighbour] {
        members.compactMap { member in
            entry(of: member.holder).map { entries[$0].neighbour }
        }
    }

    /// Whom to ask now of the others among `members`; nil if everybody is known.
    ///
    /// Asked after every tick, and mostly nothing has changed: then nothing is copied, and nothing hashed.
    mutating func next(
        of members: [Member], except own: Incarnation, ours: AppsDigest, at now: Instant
    ) -> Member? {
        if areSettled(members, except: own, ours: ours) { return nil }
        let others = members.filter { $0.holder.incarnation != own }
        entries.removeAll { entry in !others.contains { $0.holder.node == entry.neighbour.holder.node } }
        guard inFlight == nil else { return nil }
        for member in others where !member.isDraining {
            guard let place = entry(of: member.holder) else {
                meet(member.holder)
                return member
            }
            if !entries[place].isKnown(ours, member.apps), entries[place].notBefore <= now { return member }
        }
        return nil
    }

    /// Whether the others are those of the entries, one by one, and nobody need be asked.
    private func areSettled(_ members: [Member], except own: Incarnation, ours: AppsDigest) -> Bool {
        var place = 0
        for index in members.indices where members[index].holder.incarnation != own {
            guard place < entries.count, entries[place].neighbour.holder == members[index].holder,
                entries[place].isKnown(ours, members[index].apps)
            else { return false }
            place += 1
        }
        return place == entries.count
    }

    private mutating func meet(_ holder: LeaseHolder) {
        entries.removeAll { $0.neighbour.holder.node == holder.node }
        let place = entries.firstIndex { $0.neighbour.holder.node > holder.node } ?? entries.count
        entries.insert(Entry(neighbour: Neighbour(holder: holder, finding: .unknown)), at: place)
    }

    /// Where that very process stands among the entries.
    private func entry(of holder: LeaseHolder) -> Int? {
        entries.indices.first { entries[$0].neighbour.holder == holder }
    }

    /// Which apps this member, if it leads, asks for as far as anybody can tell.
    ///
    /// One that was never found is not waited for; one that was not asked yet is, for the moment that takes.
    func awaitedApps(of member: Member) -> AwaitedApps {
        guard let place = entry(of: member.holder) else { return .all }
        switch entries[place].neighbour.finding {
        case .unknown, .sameApps: return .all
        case .otherApps: return .allBut(entries[place].lacking)
        case .answeredBy, .silent: return .none
        }
    }

    mutating func sent(_ request: RequestID, to member: Member, ours: AppsDigest) {
        inFlight = (request, member.holder, Pair(ours: ours, theirs: member.apps))
    }

    /// Takes in an answer.
    ///
    /// Returns what is known now, if that has changed.
    mutating func introduced(
        _ request: RequestID, _ outcome: IntroductionOutcome, apps: [AppSettings], at now: Instant
    ) -> Neighbour? {
        guard let inFlight, inFlight.request == request else { return nil }
        self.inFlight = nil
        guard let place = entry(of: inFlight.holder) else { return nil }
        var entry = entries[place]
        let before = entry.neighbour.finding
        entry.comparedAs = nil
        entry.notBefore = now + Self.retry
        switch outcome {
        case .answered(let answer) where answer.holder.node != inFlight.holder.node:
            entry.neighbour.finding = .answeredBy(answer.holder)
        case .answered(let answer) where answer.holder.incarnation != inFlight.holder.incarnation:
            // It was started again since; its new record will show.
            break
        case .answered(let answer):
            (entry.failures, entry.notBefore) = (0, now)
            entry.comparedAs = inFlight.pair
            let ours = apps.map(KeptApp.init)
            let difference = answer.apps.map { AppsDifference(here: ours, there: $0) }
            entry.neighbour.finding = difference.map { $0.isNone ? .sameApps : .otherApps($0) } ?? .sameApps
            entry.lacking = Set(answer.apps.map { AppsDifference.apps(of: ours, notAmong: $0) } ?? [])
        case .failed(let reason):
            entry.failures += 1
            if entry.failures >= Self.patience { entry.neighbour.finding = .silent(reason: reason) }
        }
        entries[place] = entry
        return entry.neighbour.finding == before ? nil : entry.neighbour
    }
}

/// Apps of which it is waited for that the leader asks for them.
enum AwaitedApps: Sendable {
    case all
    case allBut(Set<AppID>)
    case none

    func contains(_ app: AppID) -> Bool {
        switch self {
        case .all: true
        case .allBut(let others): !others.contains(app)
        case .none: false
        }
    }
}

extension AppsDifference {
    /// Whether there is none after all.
    var isNone: Bool { onlyHere.count + onlyThere.count + otherwise.count == 0 }
}
