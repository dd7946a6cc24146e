import ClusterObservation
import Foundation
import LocalCluster

/// Runs `body` with a healthy cluster.
///
/// Afterwards nothing of it is left, and no log holds a secret or a token.
func withCluster<Value: Sendable>(
    _ plan: ClusterPlan = ClusterPlan(),
    _ body: (Cluster) async throws -> Value
) async throws -> Value {
    try await Cluster.with(plan, program: try BuiltProgram.path) { cluster in
        do {
            try await cluster.start()
            let value = try await body(cluster)
            try cluster.auditSecrecy()
            return value
        } catch {
            cluster.tellLogs()
            throw error
        }
    }
}
