import ClusterSimulation
import KeeperCore
import Testing

/// Every rule is needed: taken out, some world breaks.
///
/// And the same worlds are sound with the rule in its place.
struct MutantTests {
    /// Four rules have tests of their own alone.
    ///
    /// To trust one's own record whatever its epoch has shown no overlap since a replaced server ends the term. And the
    /// δ for everybody after amnesia is needed only where a lease is shorter than a command, a call and δ together.
    /// That an old record proves nothing shows in one world of some ten thousand (`ElectorTests`). And that a death
    /// proves only one term matters, since an app without a record waits, only where somebody who knew nothing of an
    /// intent has written the record back before it died (`QuietPeriodTests`).
    @Test(arguments: Rule.allCases.filter { !Self.shownElsewhere.contains($0) })
    func mutant_IsCaught(mutant: Rule) throws {
        let options = WorldOptions.hunt(for: mutant)
        let sweep = Sweep(seeds: 1..<400, options: options, stopsAtFirst: true)
        #expect(sweep.brokenWorlds == 1, "nobody noticed that \(mutant.name) is missing in \(sweep.worlds) worlds")
        guard let seed = sweep.violations.first?.seed else { return }
        var sound = options
        sound.mutant = nil
        let control = World(seed: seed, options: sound).run()
        #expect(control.violations.isEmpty, "\(control.violations)")
    }

    private static let shownElsewhere: Set<Rule> = [
        .ownRecordIsProvenByEpoch, .amnesiaLeavesAllUncertain, .oldRecordProvesNothing, .deathProvesOneTerm,
    ]

    @Test func rules_AreFoundByName() {
        for rule in Rule.allCases { #expect(Rule(named: rule.name) == rule) }
        #expect(Rule(named: "no such rule") == nil)
    }
}
