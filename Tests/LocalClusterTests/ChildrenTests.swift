import ClusterObservation
import Foundation
import Testing

@testable import LocalCluster

@Suite struct ChildrenTests {
    /// Also in a group of its own, as a supervised node is and as `timeout` makes itself one.
    @Test func whatAProgramHasStarted_EndsWithItsScope() async throws {
        let grandchild = try await withChildren { children in
            let program = "timeout 4321 sleep 4321 & echo $!; wait"
            let child = try await children.start("sh", ["-c", program], name: "sh")
            try await eventually("the program says whom it has started") { !child.output.isEmpty }
            let line = child.output.split(separator: "\n").first ?? ""
            let grandchild = try #require(Int32(line))
            try await eventually("it is there") { ProcessTable.arguments(of: grandchild).hasPrefix("timeout") }
            return grandchild
        }
        try await eventually("the grandchild ends", within: .seconds(20)) {
            !ProcessTable.arguments(of: grandchild).contains("sleep 4321")
        }
    }

    @Test func child_TellsWhatItSaidAndHowItEnded() async throws {
        try await withChildren { children in
            let child = try await children.start("sh", ["-c", "echo out; echo err >&2; exit 3"], name: "sh")
            #expect(try await child.ended(within: .seconds(20)) == .exited(3))
            #expect(child.output.contains("out\n") && child.output.contains("err\n"))
        }
    }
}
