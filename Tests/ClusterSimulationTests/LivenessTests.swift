import ClusterSimulation
import Testing

/// One kind of fault at a time: a leader in time, and an answer for everybody who asks with patience.
struct LivenessTests {
    @Test(arguments: Fault.survivable)
    func gentleWorld_KeepsItsTimes(fault: Fault) {
        let sweep = Sweep(seeds: 0..<8, options: .liveness(fault))
        let violations = sweep.violations.prefix(5).map(\.description).joined(separator: "\n")
        #expect(sweep.brokenWorlds == 0, "\(violations)")
    }
}
