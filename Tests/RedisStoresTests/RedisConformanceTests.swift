import KeeperTestKit
import Testing

/// The scripts in a real Redis keep every rule of the ports.
///
/// One after the other: each rule has nodes with threads of their own.
@Suite(.serialized, SharedRedisServer()) struct RedisConformanceTests {
    @Test(arguments: StoreConformance.all)
    func redisStore_Conforms(to rule: StoreConformance) async throws {
        let server = try #require(SharedRedisServer.current)
        // A cluster's name keeps it apart from the others.
        try await RedisWorld.with(server, cluster: rule.description) { world in
            try await rule.check(world)
        }
    }
}

/// One server for all cases of a suite.
struct SharedRedisServer: SuiteTrait, TestScoping {
    @TaskLocal static var current: RedisServer?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await withRedisServer { server in
            try await Self.$current.withValue(server) { try await function() }
        }
    }
}
