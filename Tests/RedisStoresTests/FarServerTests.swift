import ClusterObservation
import KeeperCore
import KeeperTestKit
import Logging
import NIOCore
import NIOPosix
import RedisClient
import RedisStores
import Testing

/// A server that is near enough for a command is near enough for everything that comes before the first one.
@Suite struct FarServerTests {
    /// There and back takes two thirds of what one command may take.
    private let oneWay = TimeAmount.milliseconds(200)
    private let patience = Duration.milliseconds(600)

    private func withFarStore(_ body: (RedisStore, RedisConnection) async throws -> Void) async throws {
        try await withRedisServer(["--requirepass", "hush"]) { server in
            try await withDistance(to: server.port, oneWay: oneWay) { port in
                let near = RedisEndpoint(
                    host: "127.0.0.1", port: server.port, password: RedisPassword("hush"), database: 3)
                var far = near
                far.port = port
                let store = RedisStore(
                    cluster: "test", endpoint: far, caller: .test("a"),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                let plain = try await RedisConnection.connect(to: near, on: .singletonMultiThreadedEventLoopGroup)
                try await body(store, plain)
                await plain.close()
                await store.close()
            }
        }
    }

    /// Asks as a node does, which never has more patience than this.
    private func answered(_ store: RedisStore) async throws -> ServerIdentity {
        var server: ServerIdentity?
        try await eventually("a tick is answered") {
            let tick = Tick(position: nil, memberTTL: .seconds(60))
            server = try? await store.perform(.tick(tick), before: .now + patience).server
            return server != nil
        }
        return try #require(server)
    }

    @Test func connecting_MayTakeLongerThanTheCommandsThatWaitForIt() async throws {
        try await withFarStore { store, plain in
            #expect(try await answered(store).connection == 1, "the first attempt is not given up")
            // As a leader finds it after a fault of the network.
            _ = try await plain.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], before: .soon)
            try await eventually("the second connection") { try await answered(store).connection == 2 }
        }
    }

    @Test func forgottenScripts_AreGivenAgain_InTheirOwnTime() async throws {
        try await withFarStore { store, plain in
            let first = try await answered(store)
            for _ in 0..<2 {
                _ = try await plain.send(["SCRIPT", "FLUSH"], before: .soon)
                #expect(try await answered(store) == first, "the connection was kept")
            }
        }
    }

    @Test func commandThatWaitedTooLong_WasSurelyNotSent() async throws {
        try await withFarStore { store, _ in
            let error = await #expect(throws: StoreError.self) {
                try await store.perform(.leave, before: .now + patience)
            }
            guard case .unreachable = error else {
                Issue.record("\(error.debugDescription)")
                return
            }
        }
    }
}
