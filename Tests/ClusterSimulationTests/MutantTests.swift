import ClusterSimulation
import KeeperCore
import Testing

/// Every rule is needed: taken out, some world breaks. And the same worlds are sound with the rule in its place.
struct MutantTests {
    /// To trust one's own record whatever its epoch has shown no overlap since a replaced server ends the term; that
    /// rule has its row in `QuietPeriodTests` alone.
    @Test(arguments: Rule.allCases.filter { $0 != .ownRecordIsProvenByEpoch })
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

    @Test func rules_AreFoundByName() {
        for rule in Rule.allCases { #expect(Rule(named: rule.name) == rule) }
        #expect(Rule(named: "no such rule") == nil)
    }
}
