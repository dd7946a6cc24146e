package import Foundation
internal import LocalCluster

/// What was run where, and what came of it: the whole of one `wxkeeper drill`.
package struct DrillReading: Sendable {
    package let surroundings: Surroundings
    package var results: [DrillResult]

    package init(surroundings: Surroundings, results: [DrillResult] = []) {
        self.surroundings = surroundings
        self.results = results
    }

    /// Where and when.
    package struct Surroundings: Sendable {
        /// Of this program.
        var version: String
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
    package var isKept: Bool { !results.contains { $0.state == .broken } }
}

extension DrillReading.Surroundings {
    /// A private cluster, made of what every drill's plan is made of.
    package static func privateCluster(at date: Date, version: String) -> Self {
        let plan = ClusterPlan()
        return Self(
            version: version, date: date, cluster: "a private cluster on this machine", nodes: plan.nodes,
            leaseTTL: plan.ttl, wechatTimeout: plan.timeout)
    }
}
