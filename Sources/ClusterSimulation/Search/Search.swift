package import KeeperCore

/// Every scenario of the smallest cluster within some bounds: two nodes, one app, at most one fault of each kind.
///
/// Where the worlds of a sweep draw lots, a search tries all: at every moment at which a command or a call is about to
/// take effect it lets happen next any of those that are due, or goes wrong in any way it has not yet (`Deviation`).
/// Scenarios that have come to the same state go on as one. The clock is coarse: what falls within one grain has no
/// order of its own. Fewest faults first, so that what is found is told in the shortest way.
///
/// It judges safety only: that everything heals is for the worlds of a sweep.
package struct Search: Sendable {
    /// How far a search goes.
    package struct Bounds: Equatable, Sendable {
        /// Most faults in one scenario.
        package var faults: Int
        /// Length of a scenario in seconds.
        ///
        /// The first token is fetched after 4.5 s, and another every two.
        package var horizon = 13.0
        /// Nothing goes wrong before this moment in seconds.
        package var faultsFrom = 4.0
        /// Nothing goes wrong after this moment in seconds.
        package var faultsUntil = 7.5

        /// Scenarios with at most so many faults.
        package init(faults: Int) { self.faults = faults }
    }

    /// What a search has come to.
    package struct Findings: Sendable {
        /// Different states at which something was to be chosen.
        package var states = 0
        /// Scenarios run to their end.
        package var scenarios = 0
        /// Most choices in one scenario.
        package var depth = 0
        /// Faults in the scenarios run so far, or in the first that violated an invariant.
        package var faults = 0
        /// The invariants violated, and in what scenarios; at most `mostViolations`.
        package var violations: [(violation: Violation, scenario: String)] = []

        static let mostViolations = 20
    }

    /// The coarseness of the clock.
    static let grain: Int64 = 50_000_000
    static let grainSeconds = 0.05

    private struct Branch {
        var world: World
        var done: DeviationSet = 0
        var depth = 0
        var choices: [Choice] = []
    }

    /// What was chosen, and when.
    private struct Choice {
        let at: WorldTime
        let what: What

        enum What {
            case deviation(Deviation)
            case order(Int)
        }
    }

    private let bounds: Bounds
    private var open: [Branch] = []
    /// The sets of faults with which a state was reached.
    ///
    /// With more faults there is nothing new to be seen.
    private var seen: [Int: [DeviationSet]] = [:]
    package private(set) var findings = Findings()

    /// Searches.
    /// - Parameters:
    ///   - seed: the nodes' own chance, which shifts their ticks and renewals against each other.
    ///   - mutant: a rule taken out on purpose; then the search ends with the first violation.
    package init(_ bounds: Bounds, seed: UInt64 = 1, mutant: Rule? = nil) {
        self.bounds = bounds
        var options = WorldOptions()
        options.mutant = mutant
        var start = World(
            seed: seed, options: options, plan: .smallest, random: Chance(seed: seed, isStill: true),
            grain: Self.grain)
        start.remembersAll = true
        start.redis.keepsHistory = true
        start.redis.hashesPast = true
        start.boot()
        for faults in 0...bounds.faults {
            findings.faults = faults
            seen = [:]
            open = [Branch(world: start)]
            while let branch = open.popLast() {
                follow(branch, faults: faults)
                if mutant != nil, !findings.violations.isEmpty { return }
            }
        }
    }

    /// Runs one scenario to its end, and notes wherever it might have gone another way.
    private mutating func follow(_ branch: Branch, faults: Int) {
        var branch = branch
        let horizon = WorldTime.seconds(bounds.horizon)
        while branch.world.report.violations.isEmpty, let next = branch.world.queue.first, next.at <= horizon {
            if next.event.isWeighty {
                branch.world.time = next.at
                guard isNew(branch) else { return }
                branch.depth += 1
                findings.depth = max(findings.depth, branch.depth)
                reorder(branch)
                if branch.done.nonzeroBitCount < faults { deviate(branch, before: next.event) }
            }
            branch.world.happenNext()
        }
        findings.scenarios += 1
        for violation in branch.world.report.violations where findings.violations.count < Findings.mostViolations {
            findings.violations.append((violation, tell(branch.choices)))
        }
    }

    private mutating func isNew(_ branch: Branch) -> Bool {
        let hash = branch.world.stateHash
        let before = seen[hash, default: []]
        guard !before.contains(where: { $0 & branch.done == $0 }) else { return false }
        if before.isEmpty { findings.states += 1 }
        seen[hash, default: []].append(branch.done)
        return true
    }

    /// Whatever else is due at this moment may happen first.
    ///
    /// Ticks and the like keep their order: each reads only what the one before or after it would have read.
    private mutating func reorder(_ branch: Branch) {
        var world = branch.world
        let due = world.queue.takeMoment()
        guard due.count(where: \.isWeighty) > 1 else { return }
        for (index, first) in due.enumerated().dropFirst() where first.isWeighty {
            var other = branch
            other.world.queue = world.queue
            for (place, event) in due.enumerated() where place != index {
                other.world.queue.push(event, at: branch.world.time)
            }
            other.world.happen(first)
            other.choices.append(Choice(at: branch.world.time, what: .order(index)))
            open.append(other)
        }
    }

    private mutating func deviate(_ branch: Branch, before event: WorldEvent) {
        let now = branch.world.time.seconds
        guard now >= bounds.faultsFrom, now <= bounds.faultsUntil else { return }
        for deviation in Deviation.allCases where branch.done & deviation.bit == 0 {
            guard let world = branch.world.deviating(by: deviation, before: event) else { continue }
            var other = branch
            other.world = world
            other.done |= deviation.bit
            other.choices.append(Choice(at: branch.world.time, what: .deviation(deviation)))
            open.append(other)
        }
    }

    private func tell(_ choices: [Choice]) -> String {
        choices.map { choice in
            switch choice.what {
            case .deviation(let deviation): "\(deviation) at \(decimal(choice.at.seconds))"
            case .order(let index): "number \(index + 1) first at \(decimal(choice.at.seconds))"
            }
        }.joined(separator: ", ")
    }
}

extension World {
    /// Lets the next thing happen.
    fileprivate mutating func happenNext() {
        guard let next = queue.next else { return }
        time = next
        happen(queue.take())
    }
}

extension WorldEvent {
    /// Whether its moment and its order matter: a command other than a tick or a call is about to take effect, or its
    /// outcome to be learned.
    fileprivate var isWeighty: Bool {
        switch self {
        case .storeReceives(let request):
            if case .lease(.tick) = request.value.command { false } else { true }
        case .wechatReceives: true
        case .deliver(_, _, let delivery):
            switch delivery {
            case .connected, .callEnded, .credentialAnswered: true
            default: false
            }
        default: false
        }
    }
}
