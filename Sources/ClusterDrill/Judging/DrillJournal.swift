internal import ClusterObservation
internal import LocalCluster
internal import Synchronization

/// What a drill does and sees, written down as it happens.
final class DrillJournal: Sendable {
    private struct Entries {
        var marks: [(kind: Timeline.Mark.Kind, at: ContinuousClock.Instant, text: String)] = []
        var takeovers: [(node: String, at: ContinuousClock.Instant, took: Duration, stalled: Duration)] = []
        var findings: [String] = []
        var revoked: [String: ContinuousClock.Instant] = [:]
    }

    private let entries = Mutex(Entries())

    /// Writes down that something is now done to the cluster.
    @discardableResult
    func fault(_ text: String) -> ContinuousClock.Instant { mark(.fault, text) }

    /// Writes down that something is now undone.
    @discardableResult
    func healed(_ text: String) -> ContinuousClock.Instant { mark(.healed, text) }

    private func mark(_ kind: Timeline.Mark.Kind, _ text: String) -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        entries.withLock { $0.marks.append((kind, now, text)) }
        return now
    }

    /// A node has become the leader.
    /// - Parameter stalled: for how much of `took` this machine let nobody run.
    func note(_ node: String, leadsAfter took: Duration, stalled: Duration = .zero) {
        entries.withLock { $0.takeovers.append((node, .now, took, stalled)) }
    }

    /// Something is not as it should be.
    func find(_ text: String) { entries.withLock { $0.findings.append(text) } }

    /// WeChat has withdrawn the token of an app.
    func note(revoked app: String) { entries.withLock { $0.revoked[app] = .now } }

    /// The one that took longest while this machine ran.
    var worstTakeover: (took: Duration, stalled: Duration)? {
        entries.withLock { entries in
            entries.takeovers.map { ($0.took, $0.stalled) }.max { $0.0 - $0.1 < $1.0 - $1.1 }
        }
    }

    var findings: [String] { entries.withLock(\.findings) }
    var firstFault: ContinuousClock.Instant? { entries.withLock { $0.marks.first?.at } }
    var lastWord: String? { entries.withLock { $0.marks.last?.text } }

    /// Writes what is here into a timeline that begins at `start`.
    func mark(_ timeline: inout Timeline, since start: ContinuousClock.Instant) {
        let entries = entries.withLock(\.self)
        timeline.marks = entries.marks.map { Timeline.Mark(kind: $0.kind, at: $0.at - start, text: $0.text) }
        timeline.takeovers = entries.takeovers.map {
            Timeline.Takeover(node: $0.node, at: $0.at - start, took: $0.took)
        }
    }

    func revoked(since start: ContinuousClock.Instant) -> [String: Duration] {
        entries.withLock { $0.revoked.mapValues { $0 - start } }
    }
}
