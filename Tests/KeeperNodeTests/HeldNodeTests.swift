import ClusterObservation
import Foundation
import KeeperCore
import KeeperNode
import KeeperPorts
import Testing

/// A node that does not get to run: whoever asks how it is must be told all the same.
@Suite(.timeLimit(.minutes(1))) struct HeldNodeTests {
    /// Holds the node up until `release`; `isHeld` tells that it is.
    private struct Hold: Sendable {
        let isHeld: AsyncStream<Void>
        private let held: AsyncStream<Void>.Continuation
        private let end = DispatchSemaphore(value: 0)

        init() { (isHeld, held) = AsyncStream.makeStream() }

        func hold(_ node: isolated Node) {
            held.finish()
            block()
        }

        /// Not from a task, which must not wait like this: the node is to be stuck.
        private func block() { end.wait() }

        func release() { end.signal() }
    }

    @Test func nodeThatIsHeldUp_TellsHowItIs() async throws {
        let timing = try LeaseTiming(ttl: .seconds(2), callTimeout: .milliseconds(300))
        try await withNode(timing: timing) { node, _, _ in
            try await eventually("readiness") { node.health().isReady && node.health().role == .leader }
            let hold = Hold()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await hold.hold(node) }
                for await _ in hold.isHeld {}
                defer { hold.release() }
                let health = node.health()
                #expect(health.reasonsNotReady.isEmpty && health.appCount == 1 && health.illCount == 0)
                // No turn takes place any more, and the lease runs out all the same.
                try await eventually("the end of the lease") { node.health().role == .follower }
                #expect(node.health().leader == nil && node.health().leaseLeft == nil && node.role() == .follower)
            }
            try await eventually("leadership") { node.health().role == .leader }
        }
    }
}
