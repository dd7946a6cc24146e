import KeeperCore
import KeeperPorts
import KeeperTestKit
import NIOPosix
import RedisClient
import RedisStores
import Testing

/// What another format has written is left as it is, to the byte.
@Suite(.serialized, SharedRedisServer()) struct FormatTests {
    private static let app = AppID("wx0123456789abcdef")
    private static let store: RedisArgument = "wxkeeper:{test}:store"

    /// A number, as another version might have written it, and the one that is told.
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String?
        let told: Int?
        var testDescription: String { text ?? "none" }
    }

    static let cases = [
        Case(text: "2", told: 2), Case(text: "0", told: 0), Case(text: "10", told: 10), Case(text: nil, told: nil),
        Case(text: "", told: nil), Case(text: "1.0", told: nil), Case(text: "-1", told: nil),
        Case(text: "01", told: nil), Case(text: "v2", told: nil),
        Case(text: "99999999999999999999", told: nil), Case(text: "one\r\n-OOM", told: nil),
    ]

    @Test(arguments: cases) func otherFormat_IsToldByItsNumber_AndNoByteChanges(found: Case) async throws {
        try await withRecord { world, store, epoch in
            try await world.set(found.text)
            let before = try await world.dumps()
            let refusal = StoreRefusal.unknownFormat(found.told)
            let tick = LeaseCommand.tick(Tick(position: nil, memberTTL: .seconds(60), verify: [Self.app]))
            let claim = LeaseCommand.tick(Tick(position: nil, claimsName: true, memberTTL: .seconds(60)))
            for command in [tick, claim, .renew(epoch: epoch, ttl: .seconds(9), isActive: true), .leave] {
                await #expect(throws: StoreError.rejected(refusal)) { try await store.perform(command, before: .soon) }
            }
            let mirror = Mirror(
                app: Self.app, epoch: epoch, version: 1, token: Token("t"), left: .seconds(60),
                keys: [MirrorKey("plain", .token)])
            await #expect(throws: StoreError.rejected(refusal)) {
                try await store.mirror([mirror], epoch: epoch, before: .soon)
            }
            #expect(try await world.dumps() == before)
            #expect(try await world.redis("EXISTS", "plain").number == 0)
        }
    }

    /// The words for people hold both numbers and what to do.
    @Test func refusal_SaysWhatWasFound_WhatIsKnown_AndWhatToDo() {
        let refusal = StoreRefusal.unknownFormat(7)
        #expect("\(refusal)".contains("format 7") && "\(refusal)".contains("format \(StoreRefusal.knownFormat)"))
        #expect(refusal.code == "FORMAT" && refusal.deed.contains("cluster.name"))
    }

    /// No program of today wrote it: a later one may have named its fields as an earlier one did.
    @Test func hashWithoutANumber_IsNotOurs() async throws {
        try await withRecord { world, store, _ in
            try await world.redis("DEL", Self.store)
            try await world.redis("HSET", Self.store, "anything", "else")
            let error = await #expect(throws: StoreError.self) { try await store.tick() }
            #expect(error == .rejected(.unknownFormat(nil)))
        }
    }

    /// The rest is of our format as long as nothing says otherwise: see `SpoilageTests` for what is lost.
    @Test func lostHeader_IsWrittenAnew_WithItsNumber() async throws {
        try await withRecord { world, store, _ in
            try await world.redis("DEL", Self.store)
            _ = try await store.tick()
            #expect(try await world.redis("HGET", Self.store, "format").text == "\(StoreRefusal.knownFormat)")
        }
    }

    @Test func inspection_TellsTheFormat_AndBelievesNothingInIt() async throws {
        try await withRecord { world, _, _ in
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: world.server.port)
            func inspect() async throws -> RedisInspection {
                try await RedisInspection(of: endpoint, cluster: "test", apps: [Self.app], patience: .seconds(10))
            }
            let ours = try await inspect()
            #expect(ours.trouble == nil && ours.found?.token == Token("t"))
            try await world.set("2")
            let before = try await world.dumps()
            let other = try await inspect()
            #expect(other.trouble == .rejected(.unknownFormat(2)) && other.found == nil)
            #expect(try await world.dumps() == before)
        }
    }

    // MARK: - Support

    /// A leader with one record, in an empty database.
    private func withRecord(_ body: (RedisWorld, RedisStore, Epoch) async throws -> Void) async throws {
        let server = try #require(SharedRedisServer.current)
        try await RedisWorld.with(server) { world in
            try await world.redis("FLUSHALL")
            let store = world.makeStore()
            let epoch = try await store.lead()
            let putting = Putting(
                app: Self.app, epoch: epoch, token: Token("t"), fingerprint: Fingerprint("f"), life: .seconds(7200),
                left: .seconds(7200), knownVersion: 0, settledEvent: 0)
            #expect(try await store.perform(.put(putting), before: .soon).outcome == .accepted)
            _ = try await store.tick()
            try await body(world, store, epoch)
        }
    }
}

extension RedisWorld {
    /// Sets the number of the format, as another version would have.
    fileprivate func set(_ text: String?) async throws {
        if let text {
            try await redis("HSET", "wxkeeper:{test}:store", "format", RedisArgument(text))
        } else {
            try await redis("HDEL", "wxkeeper:{test}:store", "format")
        }
    }

    /// Every key with its bytes.
    fileprivate func dumps() async throws -> [String: [UInt8]] {
        var dumps: [String: [UInt8]] = [:]
        for key in try await keys() { dumps[key] = try await redis("DUMP", RedisArgument(key)).bytes }
        return dumps
    }
}
