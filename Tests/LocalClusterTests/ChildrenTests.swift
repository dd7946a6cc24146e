import ClusterObservation
import Foundation
import Testing

@testable import LocalCluster

extension TakingTurns {
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

        @Test func stop_AsksFirst_AndKillsWhoeverDoesNotObey() async throws {
            try await withChildren { children in
                let wait = "TERM; echo up; sleep 4321 & wait"
                let willing = try await children.start("sh", ["-c", "trap 'exit 7' \(wait)"], name: "willing")
                let deaf = try await children.start("sh", ["-c", "trap '' \(wait)"], name: "deaf")
                let gone = try await children.start("true", [], name: "gone")
                #expect(try await gone.ended() == .exited(0))
                for child in [willing, deaf] { try await eventually("\(child.name) is up") { child.output == "up\n" } }
                async let end = deaf.ended()
                try await children.stop(within: .milliseconds(200))
                #expect(willing.ending == .exited(7) && deaf.ending == .signaled(9))
                let seen = try await end
                #expect(seen == .signaled(9))
            }
        }

        @Test func program_ThatClosesItsOutput_RunsOn() async throws {
            try await withChildren { children in
                let program = "trap 'exit 7' TERM; exec >&- 2>&-; timeout 4321 sleep 4321 & wait"
                let child = try await children.start("sh", ["-c", program], name: "sh")
                try await eventually("it has started another") {
                    ProcessTable.isRunning(child.processID) && ProcessTable.children(of: child.processID).count > 1
                }
                try await child.stop(within: .seconds(20))
                #expect(child.ending == .exited(7))
            }
        }

        @Test func whatIsNotKept_IsHeardByNobody() async throws {
            try await withChildren { children in
                for hearing in [Children.Hearing.dropped, .shown] {
                    let child = try await children.start(
                        "sh", ["-c", "echo out; exit 3"], name: "sh", hearing: hearing)
                    #expect(try await child.ended() == .exited(3))
                    #expect(child.output.isEmpty)
                }
            }
        }
    }
}
