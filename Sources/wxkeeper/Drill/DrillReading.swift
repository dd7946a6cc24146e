internal import Foundation
internal import LocalCluster

/// What was run where, and what came of it: the whole of one `wxkeeper drill`.
struct DrillReading: Sendable {
    var surroundings: Surroundings
    var results: [DrillResult] = []

    /// Where and when.
    struct Surroundings: Sendable {
        var date: Date
        /// `a private cluster on this machine`, or the address of one that was there.
        var cluster: String
        /// How many nodes, and the two times that everything follows from; nil where they were not told.
        var nodes: Int
        var leaseTTL: String
        var wechatTimeout: String
        var processors = ProcessInfo.processInfo.activeProcessorCount
    }

    /// Whether every promise was kept.
    var isKept: Bool { !results.contains { $0.state == .broken } }
}

extension DrillReading.Surroundings {
    /// A private cluster, made of what every drill's plan is made of.
    static func privateCluster(at date: Date) -> Self {
        let plan = ClusterPlan()
        return Self(
            date: date, cluster: "a private cluster on this machine", nodes: plan.nodes, leaseTTL: plan.ttl,
            wechatTimeout: plan.timeout)
    }
}
