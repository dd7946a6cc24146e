import ClusterSimulation
import Testing

/// Seeded worlds of the production core.
///
/// A failure names its seed: run `cluster-simulation --trace --seed …`.
struct WorldTests {
    @Test(arguments: 0..<5)
    func world_BreaksNoRule_OnAnOrdinaryBadDay(part: UInt64) {
        expectSound(Sweep(seeds: part * 50..<(part + 1) * 50, options: WorldOptions()))
    }

    @Test(arguments: 0..<5)
    func world_BreaksNoRule_UnderHarshFaults(part: UInt64) {
        expectSound(Sweep(seeds: part * 50..<(part + 1) * 50, options: .harsh))
    }

    /// In the first a node has not read the end of an uncertainty that a rollback took back; in the second it passes
    /// over a record that another server shows it.
    @Test func world_IsNotBlamed_ForWhatANodeCouldNotRead() {
        expectSound(Sweep(seeds: 93_767..<93_768, options: WorldOptions()))
        expectSound(Sweep(seeds: 23_727..<23_728, options: .harsh))
    }

    @Test func world_CallsNobody_WhenOnlyTheStoreIsLost() {
        expectSound(Sweep(seeds: 0..<40, options: .storeLoss))
    }

    @Test func world_Heals_EvenIfWeChatBreaksItsPromises() {
        var options = WorldOptions()
        options.breaksAssumptions = true
        expectSound(Sweep(seeds: 0..<30, options: options))
    }

    @Test func world_TellsTheSameStory_ForTheSameSeed() {
        for seed in 1...3 as ClosedRange<UInt64> {
            #expect(World(seed: seed, options: .harsh).run() == World(seed: seed, options: .harsh).run())
        }
    }

    @Test func world_HasSeenEverythingThatMatters() {
        var seen = Sweep(seeds: 0..<60, options: WorldOptions())
        for seed in 0..<60 as Range<UInt64> { seen.add(World(seed: seed, options: .harsh).run()) }
        for sighting in Sighting.needed { #expect(seen.sightings[sighting] > 0, "never seen: \(sighting.sentence)") }
    }

    private func expectSound(_ sweep: Sweep) {
        let violations = sweep.violations.prefix(5).map(\.description).joined(separator: "\n")
        #expect(sweep.brokenWorlds == 0, "\(violations)")
    }
}
