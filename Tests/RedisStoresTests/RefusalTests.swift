import KeeperCore
import KeeperTestKit
import Logging
import NIOPosix
import RedisClient
import RedisStores
import Testing

/// What Redis says against us, told in words; and the rehearsal that hears it before any node does.
@Suite struct RefusalTests {
    /// A setting of Redis, or a rule for its user, and the word by which its refusal is known.
    struct Case: CustomTestStringConvertible, Sendable {
        let command: [RedisArgument]
        let code: String
        let testDescription: String

        init(_ command: String, _ code: String) {
            self.command = command.split(separator: " ").map { RedisArgument(String($0)) }
            self.code = code
            testDescription = command
        }
    }

    static let cases = [
        Case("CONFIG SET maxmemory 1", "OOM"),
        Case("CONFIG SET min-replicas-to-write 1", "NOREPLICAS"),
        Case("REPLICAOF 127.0.0.1 1", "READONLY"),
        Case("ACL SETUSER default -hset", "NOPERM"),
        Case("ACL SETUSER default -zadd", "NOPERM"),
        Case("ACL SETUSER default -lpush", "NOPERM"),
        Case("ACL SETUSER default -evalsha", "NOPERM"),
        Case("ACL SETUSER default -script", "NOPERM"),
        Case("ACL SETUSER default resetkeys ~wxkeeper:{other}:*", "NOPERM"),
        Case("ACL SETUSER default resetchannels", "NOPERM"),
    ]

    @Test(arguments: cases) func rehearsal_FindsWhatANodeWouldMeet(refused: Case) async throws {
        try await withRedisServer(["--repl-diskless-sync", "no"]) { server in
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port)
            let plain = try await RedisConnection.connect(to: endpoint, on: MultiThreadedEventLoopGroup.singleton)
            _ = try await plain.send(refused.command, before: .soon)
            let found = try? await RedisInspection(of: endpoint, cluster: "test", apps: [], patience: .seconds(10))
            if let found {
                guard case .rejected(let refusal) = found.trouble else {
                    Issue.record("\(String(describing: found.trouble))")
                    return
                }
                #expect(refusal.code == refused.code)
                #expect(!refusal.reason.isEmpty && !refusal.deed.isEmpty)
            } else {
                // Without its channel not even the hints can be had, which is found as an error of its own.
                #expect(refused.code == "NOPERM")
            }
            await plain.close()
        }
    }

    @Test func rehearsal_LeavesNothing_AndTouchesNothing() async throws {
        try await withRedisServer { server in
            try await RedisWorld.with(server) { world in
                let epoch = try await world.makeStore().lead()
                let before = try await world.keys().sorted()
                let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port)
                let found = try await RedisInspection(of: endpoint, cluster: "test", apps: [], patience: .seconds(10))
                #expect(found.trouble == nil)
                #expect(try await world.keys().sorted() == before)
                #expect(try await world.makeStore(.test("b")).tick().reply.lease?.epoch == epoch)
            }
        }
    }

    /// A server without memory lets through whatever follows a deletion: a lease that nobody could renew then.
    @Test func fullServer_GivesNoLease_AndKeepsWhatItHas() async throws {
        try await withRedisServer { server in
            try await RedisWorld.with(server) { world in
                let (first, second) = (world.makeStore(), world.makeStore(.test("b")))
                let epoch = try await first.lead()
                try await world.expireLock()
                let before = try await world.keys().sorted()
                try await world.redis("CONFIG", "SET", "maxmemory", 1)
                await #expect(throws: StoreError.self) { try await second.lead() }
                await #expect(throws: StoreError.self) { try await second.tick() }
                #expect(try await world.keys().sorted() == before)
                try await world.redis("CONFIG", "SET", "maxmemory", 0)
                #expect(try await second.tick().reply.lease?.epoch == epoch)
            }
        }
    }

    @Test(arguments: [
        ("3.2.12", true), ("4.0.14", true), ("5.0.0", false), ("7.0.15", false), ("10.1", false),
    ]) func version_IsCompared(version: String, isTooOld: Bool) throws {
        #expect(try (#require(RedisVersion(version)) < RedisVersion.least) == isTooOld)
    }
}
