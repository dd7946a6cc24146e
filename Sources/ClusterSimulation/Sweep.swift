/// Many worlds, one after the other, and what they have come to together.
package struct Sweep: Equatable, Sendable {
    /// Worlds run.
    package private(set) var worlds = 0
    /// Worlds in which an invariant was violated.
    package private(set) var brokenWorlds = 0
    /// Requests for a token that left a node.
    package private(set) var calls = 0
    /// Tokens issued to the cluster.
    package private(set) var issues = 0
    /// Terms of leadership.
    package private(set) var terms = 0
    /// Events handled.
    package private(set) var steps = 0
    /// Longest time from an issue to its publication, in seconds.
    package private(set) var longestUnpublished = 0.0
    /// The first violations, at most `mostViolations`.
    package private(set) var violations: [Violation] = []
    /// How often each invariant was violated, in the order of `Violation.Invariant.allCases`: worlds, not violations.
    package private(set) var broken = [Int](repeating: 0, count: Violation.Invariant.allCases.count)
    /// A hash over the worlds' own, in their order: what only makes the code faster leaves it as it is.
    package private(set) var digest: UInt64 = 0
    /// What was seen.
    package private(set) var sightings = Sightings()

    /// Violations kept.
    package static let mostViolations = 200

    /// Nothing run yet.
    package init() {}

    /// Runs the worlds of these seeds.
    /// - Parameter stopsAtFirst: end after the first world in which an invariant was violated.
    package init(seeds: Range<UInt64>, options: WorldOptions, stopsAtFirst: Bool = false) {
        for seed in seeds {
            add(World(seed: seed, options: options).run())
            if stopsAtFirst, brokenWorlds > 0 { return }
        }
    }

    /// Takes in one world.
    package mutating func add(_ report: WorldReport) {
        worlds += 1
        calls += report.calls
        issues += report.issues
        terms += report.terms
        steps += report.steps
        digest = (digest &* 0x9E37_79B9_7F4A_7C15) ^ report.digest
        longestUnpublished = max(longestUnpublished, report.longestUnpublished)
        sightings.add(report.sightings)
        guard !report.violations.isEmpty else { return }
        brokenWorlds += 1
        violations += report.violations.prefix(max(0, Self.mostViolations - violations.count))
        for (index, invariant) in Violation.Invariant.allCases.enumerated()
        where report.violations.contains(where: { $0.invariant == invariant }) { broken[index] += 1 }
    }
}
