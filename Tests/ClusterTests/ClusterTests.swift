import LocalCluster
import Testing

/// Real processes: three nodes, a Redis, the load balancer we ship, and a simulated WeChat that remembers everything.
///
/// One cluster at a time, since the figures are about time. Everything a test starts ends with it.
@Suite(.serialized) struct ClusterTests {}

extension ClusterPlan: CustomTestStringConvertible {
    var testDescription: String { "a lease of \(ttl)" }
}
