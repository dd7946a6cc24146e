import KeeperTestKit
import RedisClient
import Testing

@testable import RedisStores

/// What `wxkeeper check --live` tries on Redis.
@Suite struct RehearsalTests {
    /// By Redis's own word: its slow log is told that every command is slow.
    @Test func rehearsal_RunsEveryScript() async throws {
        try await withRedisServer(["--slowlog-log-slower-than", "0", "--slowlog-max-len", "1000"]) { server in
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port)
            let found = try await RedisInspection(of: endpoint, cluster: "test", apps: [], patience: .seconds(10))
            #expect(found.trouble == nil)
            try await RedisWorld.with(server) { world in
                // Each entry is a number, a time, a duration and the command.
                let log = try await world.redis("SLOWLOG", "GET", "-1").elements ?? []
                let commands = log.compactMap { $0.elements?[3].elements?.map(\.text) }
                let digests = Set(commands.filter { $0[0] == "EVALSHA" }.map { $0[1] })
                for script in Script.all {
                    let digest = try await world.redis("SCRIPT", "LOAD", RedisArgument(script.text)).text
                    #expect(digests.contains(digest), "\(script.name)")
                }
            }
        }
    }
}
