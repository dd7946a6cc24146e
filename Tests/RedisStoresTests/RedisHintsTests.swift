import ClusterObservation
import KeeperCore
import KeeperTestKit
import Logging
import RedisClient
import RedisStores
import ServiceLifecycle
import Testing

/// The subscription and the life of the service.
@Suite struct RedisHintsTests {
    /// Runs `body` while `store` listens.
    private func listening(
        to store: RedisStore, _ world: RedisWorld, _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await store.run() }
            try await subscribed(world, 1)
            // Each new subscription begins with a hint: something may have been missed.
            #expect(await isHinted(store))
            try await body()
            group.cancelAll()
        }
    }

    /// Waits for one hint.
    private func isHinted(_ store: RedisStore) async -> Bool {
        for await _ in store.hints { return true }
        return false
    }

    private func subscribed(_ world: RedisWorld, _ count: Int64) async throws {
        try await eventually("\(count) subscribers") {
            try await world.redis("PUBSUB", "NUMSUB", "wxkeeper:{test}:ev").elements?.last?.number == count
        }
    }

    @Test func everyChange_IsHintedToTheOthers() async throws {
        try await withRedisServer { server in
            try await RedisWorld.with(server) { world in
                let writer = world.makeStore(.test("writer"))
                let reader = world.makeStore(.test("reader"))
                try await listening(to: reader, world) {
                    let epoch = try await writer.lead()
                    #expect(await isHinted(reader))
                    let putting = Putting(
                        app: AppID("wx"), epoch: epoch, token: Token("t"), fingerprint: Fingerprint("f"),
                        life: .seconds(9), left: .seconds(9), knownVersion: 0, settledEvent: 0)
                    _ = try await writer.perform(.put(putting), before: .soon)
                    #expect(await isHinted(reader))
                    _ = try await writer.perform(.release(epoch: epoch, handover: Handover(left: .zero)), before: .soon)
                    #expect(await isHinted(reader))
                }
            }
        }
    }

    @Test func lostSubscription_IsMadeAnew_AndHintsThatSomethingWasMissed() async throws {
        try await withRedisServer { server in
            try await RedisWorld.with(server) { world in
                let store = world.makeStore()
                try await listening(to: store, world) {
                    try await world.redis("CLIENT", "KILL", "TYPE", "pubsub")
                    #expect(await isHinted(store))
                    try await subscribed(world, 1)
                }
            }
        }
    }

    @Test func run_EndsAtGracefulShutdown_AndClosesEverything() async throws {
        try await withRedisServer { server in
            try await RedisWorld.with(server) { world in
                let store = world.makeStore()
                _ = try await store.tick()
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let group = ServiceGroup(configuration: .init(services: [.init(service: store)], logger: logger))
                try await withThrowingTaskGroup { tasks in
                    tasks.addTask { try await group.run() }
                    try await subscribed(world, 1)
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                }
                try await subscribed(world, 0)
                for await _ in store.hints {}
                await #expect(throws: StoreError.self) { try await store.perform(.leave, before: .soon) }
                try await eventually("only the test's own connection is left") {
                    let clients = try await world.redis("CLIENT", "LIST").text ?? ""
                    return clients.split(separator: "\n").count == 1
                }
            }
        }
    }

    @Test func hints_MeltIntoOne_WhileNobodyTakesThem() async throws {
        try await withRedisServer { server in
            try await RedisWorld.with(server) { world in
                let store = world.makeStore()
                try await listening(to: store, world) {
                    for number in 0..<100 {
                        try await world.redis("PUBLISH", "wxkeeper:{test}:ev", RedisArgument(number))
                    }
                    #expect(await isHinted(store))
                    try await world.redis("PUBLISH", "wxkeeper:{test}:ev", "last")
                    #expect(await isHinted(store))
                }
            }
        }
    }
}
