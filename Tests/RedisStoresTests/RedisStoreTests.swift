import ClusterObservation
import KeeperCore
import KeeperTestKit
import Logging
import RedisClient
import RedisStores
import ServiceLifecycle
import Testing

/// What is Redis's own business: connections, scripts, keys, hints.
@Suite struct RedisStoreTests {
    private let app = AppID("wx0123456789abcdef")

    private func withWorld(_ body: (RedisWorld) async throws -> Void) async throws {
        try await withRedisServer { server in try await RedisWorld.with(server, body) }
    }

    private func putting(_ epoch: Epoch, _ token: String) -> CredentialCommand {
        .put(
            Putting(
                app: app, epoch: epoch, token: Token(token), fingerprint: Fingerprint("0123"), life: .seconds(7200),
                left: .seconds(7200), knownVersion: 0, settledEvent: 0))
    }

    @Test func scripts_SurviveAFlushOfTheServersMemoryOfThem() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            let before = try await store.tick()
            try await world.redis("SCRIPT", "FLUSH")
            let after = try await store.tick()
            #expect(after.server == before.server, "the connection was kept")
            try await world.redis("SCRIPT", "FLUSH")
            #expect(try await store.perform(putting(epoch, "t"), before: .soon).outcome == .accepted)
        }
    }

    @Test func serverIdentity_ChangesWithConnectionAndServer() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let first = try await store.tick().server
            #expect(first.connection == 1 && first.run.count == 40)
            #expect(try await store.tick().server == first)
            try await world.redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            try await eventually("a new connection") {
                guard let second = try? await store.tick().server else { return false }
                return second.connection == 2 && second.run == first.run
            }
        }
    }

    @Test func termOfAnEarlierStart_IsCalledOld_WhateverIsSaidOfItLater() async throws {
        try await withWorld { world in
            let (one, other) = (world.makeStore(.test("a")), world.makeStore(.test("b")))
            let ask = Acquisition(ttl: .seconds(60), highestEpochSeen: .none, observed: nil, steals: false)
            func isOld(_ store: RedisStore) async throws -> Bool {
                guard case .granted(_, _, let isOld) = try await store.perform(.acquire(ask), before: .soon).answer
                else { throw Unexpected(description: "the lease was not free") }
                return isOld
            }
            let epoch = try await one.lead()
            let key = RedisArgument("wxkeeper:{\(world.cluster)}:lease")
            let run = try await one.tick().server.run
            #expect(try await world.redis("HGET", key, "server_run").text == run)
            // As after a restart: a record that another start of the server wrote.
            try await world.redis("HSET", key, "server_run", "an earlier one")
            _ = try await one.perform(.renew(epoch: epoch, ttl: .seconds(60), isActive: true), before: .soon)
            _ = try await one.perform(.release(epoch: epoch, handover: Handover(left: .zero)), before: .soon)
            #expect(try await isOld(other))
            try await world.expireLock()
            #expect(try await !isOld(one))
        }
    }

    @Test func restartedServer_IsFoundAgain_UnderAnotherRun() async throws {
        try await withRedisServer { server in
            let store = RedisStore(
                cluster: "test", endpoint: RedisEndpoint(host: "127.0.0.1", port: server.port), caller: .test("a"),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let first = try await store.tick().server
            try await server.stop()
            try await eventually("the loss is seen") {
                do {
                    _ = try await store.tick()
                    return false
                } catch StoreError.unreachable {
                    return true
                } catch { return false }
            }
            try await withRedisServer(["--port", String(server.port)]) { _ in
                try await eventually("the new server answers") {
                    guard let found = try? await store.tick().server else { return false }
                    return found.run != first.run && found.connection == 2
                }
                await store.close()
            }
        }
    }

    @Test func missedDeadline_IsUnknown_AndTheNextCommandHasANewConnection() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let first = try await store.tick().server
            try await world.redis("CLIENT", "PAUSE", 2500)
            await #expect(throws: StoreError.timedOut) {
                try await store.perform(.leave, before: .now + .milliseconds(300))
            }
            try await world.redis("CLIENT", "UNPAUSE")
            #expect(try await store.tick().server.connection == first.connection + 1)
        }
    }

    @Test func manyCommandsAtOnce_ShareOneConnection() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let connections = try await withThrowingTaskGroup { group in
                for _ in 0..<64 { group.addTask { try await store.tick().server.connection } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(connections == [1])
        }
    }

    /// What is still to be said to a connection finds its thread.
    @Test(.timeLimit(.minutes(1))) func close_EndsEveryCommand_ThoughItIsOnItsWay() async throws {
        try await withWorld { world in
            for round in 0..<6 {
                let store = world.makeStore()
                if round.isMultiple(of: 2) { _ = try await store.tick() }
                try await world.redis("CLIENT", "PAUSE", 20_000, "WRITE")
                try await withThrowingTaskGroup { group in
                    for _ in 0..<100 {
                        group.addTask { _ = try? await store.perform(.leave, before: .soon) }
                    }
                    group.addTask { await store.close() }
                    if round.isMultiple(of: 3) { group.cancelAll() }
                    try await group.waitForAll()
                }
                try await world.redis("CLIENT", "UNPAUSE")
            }
        }
    }

    @Test func noServer_IsUnreachable_AtOnce() async throws {
        let port = try await withRedisServer { $0.port }
        let store = RedisStore(
            cluster: "test", endpoint: RedisEndpoint(host: "127.0.0.1", port: port), caller: .test("a"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for _ in 0..<10 {
            let error = await #expect(throws: StoreError.self) { try await store.perform(.leave, before: .soon) }
            guard case .unreachable = error else {
                Issue.record("\(error.debugDescription)")
                break
            }
        }
        await store.close()
        let error = await #expect(throws: StoreError.self) { try await store.perform(.leave, before: .soon) }
        #expect(error == .unreachable(reason: "this node has closed its connection"))
    }

    @Test func wrongPassword_IsRejected_AndShownNowhere() async throws {
        let log = LogBook()
        try await withRedisServer(["--requirepass", "right"]) { server in
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port, password: RedisPassword("hush-hush"))
            let store = RedisStore(
                cluster: "test", endpoint: endpoint, caller: .test("a"), logger: log.logger)
            var reason = ""
            // An attempt to connect has a short time-out of its own, which a busy machine misses now and then.
            try await eventually("Redis rejects it") {
                do {
                    _ = try await store.perform(.leave, before: .soon)
                } catch StoreError.rejected(let why) { reason = "\(why.code) \(why)" } catch {}
                return !reason.isEmpty
            }
            #expect(reason.hasPrefix("WRONGPASS") && !reason.contains("hush"))
            await store.close()
        }
        #expect(!log.lines.isEmpty && log.lines.allSatisfy { !$0.contains("hush") })
    }

    @Test func fieldsOfLaterVersions_Stay() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            _ = try await store.perform(putting(epoch, "t"), before: .soon)
            let key = RedisArgument("wxkeeper:{test}:tok:\(app)")
            try await world.redis("HSET", key, "later", "kept")
            _ = try await store.perform(putting(epoch, "u"), before: .soon)
            #expect(try await world.redis("HGET", key, "later").text == "kept")
        }
    }

    @Test func allKeys_StandUnderTheClustersName_InOneHashSlot() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            _ = try await store.tick()
            _ = try await store.perform(putting(epoch, "secret-token"), before: .soon)
            let names = ["changes", "hist", "lease", "lock", "member:a", "members", "store", "tok:\(app)"]
            #expect(try await world.keys().sorted() == names.map { "wxkeeper:{test}:\($0)" })
            #expect(try await world.redis("DBSIZE").number == Int64(names.count))
            #expect(try await world.redis("GET", "wxkeeper:{test}:lock").text == "incarnationa")
            let history = try await world.redis("LRANGE", "wxkeeper:{test}:hist", 0, -1).elements ?? []
            #expect(history.count == 1 && history[0].text?.contains("\"node\":\"a\"") == true)
        }
    }

    @Test func lostNameOfTheStore_LosesNoEvents() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            _ = try await store.perform(putting(epoch, "t"), before: .soon)
            let before = try await store.tick().reply
            for names in [["store"], ["store", "changes"]] {
                let keys = names.map { RedisArgument("wxkeeper:{test}:\($0)") }
                _ = try await world.plain.send(["DEL"] + keys, before: .soon)
                let tick = Tick(position: before.position, memberTTL: .seconds(60), verify: [app])
                let answer = try await store.perform(.tick(tick), before: .soon).answer
                guard case .ticked(let after) = answer else { throw Unexpected(description: "\(answer)") }
                #expect(after.startsOver && after.position.store != before.position.store)
                #expect(after.missing.isEmpty)
                // A record that lost its place among the changes gets a new one.
                #expect(after.changes.map(\.app) == [app])
                #expect(after.position.event >= before.position.event)
            }
        }
    }

    @Test func sameTrouble_IsNoNews() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            let abortion = Abortion(
                app: app, epoch: epoch, intent: nil, effect: .none, trouble: Trouble(errcode: 40164, summary: "ip"))
            let first = try await store.perform(.abort(abortion), before: .soon)
            let second = try await store.perform(.abort(abortion), before: .soon)
            #expect(first.record?.event == second.record?.event)
        }
    }
}
