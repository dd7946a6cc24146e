internal import ClusterObservation
internal import LocalCluster
internal import Subprocess

/// What is done to leaders, again and again.
extension Cluster {
    /// Kills the leader, which is supervised, and starts it again; how long until another led, and until it was ready.
    func killLeader() async throws -> (takeover: Duration, readiness: Duration) {
        let leader = try await awaitLeader()
        let killed = ContinuousClock.now
        try leader.send(.kill)
        let takeover = try await takeover(from: leader, since: killed).gap
        // A supervisor waits longer before each restart, so it is replaced with its node.
        try leader.askToLeave()
        _ = try await leader.process.ended(within: .seconds(30))
        let started = ContinuousClock.now
        try await leader.start()
        try await eventually("\(leader.name) is ready", every: .milliseconds(1)) {
            await leader.status("/readyz") == 200
        }
        let readiness = ContinuousClock.now - started
        try await awaitHealth()
        return (takeover, readiness)
    }

    /// Asks the leader to step down; how long until another led.
    func handOver() async throws -> Duration {
        let leader = try await awaitLeader()
        let asked = ContinuousClock.now
        async let answer = operate("step-down", [:], at: leader.port)
        let handover = try await takeover(from: leader, since: asked).gap
        guard try await answer.status == 200 else { throw NotMeasured("step-down was refused") }
        try await awaitHealth()
        return handover
    }
}

/// Something did not happen as it must, so there is no figure.
struct NotMeasured: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
