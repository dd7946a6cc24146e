internal import ClusterObservation
internal import LocalCluster
internal import Subprocess

/// A leader was changed, and the old one started anew.
struct LeaderChange: Sendable {
    /// Until another node led.
    let takeover: Duration
    /// From the old leader's new start until it was ready.
    let readiness: Duration
}

/// What is done to leaders, again and again.
///
/// The old leader is started anew each time: a supervisor waits longer before each restart, and a node that has stepped
/// down keeps back for ten seconds, so that soon nobody would be left to take over at once.
extension Cluster {
    /// Kills the leader, which is supervised.
    func killLeader() async throws -> LeaderChange {
        let leader = try await awaitLeader()
        let killed = ContinuousClock.now
        try leader.send(.kill)
        let takeover = try await takeover(from: leader, since: killed).gap
        return LeaderChange(takeover: takeover, readiness: try await startAnew(leader))
    }

    /// Asks the leader to step down.
    func handOver() async throws -> LeaderChange {
        let leader = try await awaitLeader()
        let asked = ContinuousClock.now
        async let answer = operate("step-down", [:], at: leader.port)
        let takeover = try await takeover(from: leader, since: asked).gap
        guard try await answer.status == 200 else { throw NotMeasured("step-down was refused") }
        return LeaderChange(takeover: takeover, readiness: try await startAnew(leader))
    }

    /// Starts a node and its supervisor anew; how long until it was ready.
    private func startAnew(_ node: ClusterNode) async throws -> Duration {
        try node.askToLeave()
        _ = try await node.process.ended(within: .seconds(30))
        let started = ContinuousClock.now
        try await node.start()
        try await eventually("\(node.name) is ready", every: .milliseconds(1)) { await node.status("/readyz") == 200 }
        let readiness = ContinuousClock.now - started
        try await awaitHealth()
        return readiness
    }
}

/// Something did not happen as it must, so there is no figure.
struct NotMeasured: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
