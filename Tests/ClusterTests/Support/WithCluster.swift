import Foundation
import LocalCluster

/// Runs `body` with a healthy cluster.
///
/// Afterwards nothing of it is left, and no log holds a secret or a token.
func withCluster<Value: Sendable>(
    _ plan: ClusterPlan = ClusterPlan(),
    _ body: (Cluster) async throws -> Value
) async throws -> Value {
    try await Cluster.with(plan, program: try Repository.program) { cluster in
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

/// What belongs to the build.
enum Repository {
    /// The program, which is built into the same folder as these tests.
    static var program: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let folder = URL(filePath: tests).deletingLastPathComponent()
            let program = folder.appending(path: "wxkeeper").path
            guard FileManager.default.isExecutableFile(atPath: program) else { throw NotBuilt(program: program) }
            return program
        }
    }

    struct NotBuilt: Error {
        let program: String
    }
}
