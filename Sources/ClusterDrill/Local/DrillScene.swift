internal import ClusterObservation
internal import LocalCluster

/// A private cluster under load, and what a drill may do to it.
struct DrillScene: Sendable {
    let cluster: Cluster
    let load: Load
    let journal: DrillJournal
    let checker: Checker
    let watch: LeaderWatch

    /// Waits until another than `old` leads, and writes down how long that took.
    @discardableResult
    func takeover(from old: ClusterNode?, since instant: ContinuousClock.Instant) async throws -> ClusterNode {
        let takeover = try await cluster.takeover(from: old, since: instant)
        journal.note(takeover.leader.name, leadsAfter: takeover.gap, stalled: takeover.stalled)
        return takeover.leader
    }

    /// Waits until a refresh that began after `instant` is answered.
    func refreshIsAnswered(since instant: ContinuousClock.Instant) async throws {
        try await eventually("a refresh is answered") { load.refreshGap(since: instant) != nil }
    }
}
