import ClusterObservation
import Foundation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// The machine has no time to spare: F39 of the fault table.
    @Suite(.serialized) struct BusyMachineTests {
        @Test func busyMachine_CostsNobodyTheLease() async throws {
            try await withCluster { cluster in
                let leader = try await cluster.awaitLeader()
                let count = ProcessInfo.processInfo.activeProcessorCount * 3
                let (verdict, _) = try await cluster.trial("\(count) busy processes for 8 s") { trial in
                    var busy: [Child] = []
                    for number in 0..<count {
                        let loop = ["-c", "while :; do :; done"]
                        busy.append(try await cluster.children.start("sh", loop, name: "busy-\(number)"))
                    }
                    try await hold("every processor is taken several times over", for: .seconds(8))
                    for child in busy { try child.send(.kill) }
                    for child in busy { _ = try await child.ended(within: .seconds(10)) }
                    try await trial.refreshIsAnswered(since: trial.start)
                }
                verdict.expectUnnoticed()
                #expect(verdict.failedRefreshes == 0)
                #expect(verdict.terms == 0)
                #expect(cluster.lapses == 0)
                #expect(await leader.leads())
            }
        }
    }
}
