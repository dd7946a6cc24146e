import ClusterSimulation
import KeeperCore
import Testing

/// Every scenario of two nodes and one app within the bounds of a test.
///
/// `cluster-simulation --exhaustive` goes further.
struct SearchTests {
    private var bounds: Search.Bounds {
        var bounds = Search.Bounds(faults: 1)
        #if DEBUG
            bounds.faultsUntil = 6.3
        #endif
        return bounds
    }

    @Test func search_FindsNoViolation_WithEveryRule() {
        let findings = Search(bounds).findings
        #expect(findings.violations.isEmpty, "\(findings.violations)")
        #expect(findings.states > 5000)
    }

    /// Those that one fault shows.
    ///
    /// Most need two; `steal` and `membersAskedFirst` cost no safety but time and calls.
    @Test(arguments: [
        Rule.budget, .uncertainty, .intentFence, .publishOnce, .restoresUpward, .waitsAfterUnknown, .versionsNeverFall,
    ])
    func search_FindsTheMutant_WithinOneFault(mutant: Rule) {
        let findings = Search(Search.Bounds(faults: 1), seed: 2, mutant: mutant).findings
        #expect(!findings.violations.isEmpty, "\(mutant.name) was not found in \(findings.states) states")
    }

    /// Two faults in one second show what a late call is worth without the rule that counts with it.
    @Test(arguments: [Rule.quietPeriod, .restHandedOn, .unknownCallHandedOn, .deathLeavesCallsOpen])
    func search_FindsTheMutant_WithinTwoFaults(mutant: Rule) {
        var bounds = Search.Bounds(faults: 2)
        bounds.faultsFrom = 6.45
        bounds.faultsUntil = 7.5
        bounds.horizon = 9
        let findings = Search(bounds, seed: 2, mutant: mutant).findings
        #expect(!findings.violations.isEmpty, "\(mutant.name) was not found in \(findings.states) states")
    }
}
