import KeeperCore
import KeeperTestKit
import RedisClient
import RedisStores
import Testing

/// Whatever somebody writes into our keys: it takes out what it stands in, is named, and is put right.
@Suite(.serialized, SharedRedisServer()) struct SpoilageTests {
    private static let app = AppID("wxspoiled")
    private static let other = AppID("wxwell")
    private static let bytes = RedisArgument([0xff, 0xfe, 0x00])

    /// One way to spoil something: a command whose second word is the last part of a key's name.
    struct Deed: CustomTestStringConvertible, Sendable {
        let command: [RedisArgument]
        /// What is named; nil: nothing, since nothing of worth was lost.
        let named: Spoilage?
        let testDescription: String

        init(_ command: String, _ key: String, _ rest: RedisArgument..., named field: String??) {
            self.command = [RedisArgument(command), RedisArgument("wxkeeper:{test}:\(key)")] + rest
            named = field.map { Spoilage(key: key, field: $0) }
            testDescription = "\(command) \(key) \(rest.map { String(decoding: $0.bytes, as: UTF8.self) })"
        }
    }

    static let records: [Deed] = [
        Deed("HSET", "tok:wxspoiled", "token", bytes, named: "token"),
        Deed("HSET", "tok:wxspoiled", "token", RedisArgument(String(repeating: "t", count: 20_000)), named: "token"),
        Deed("HSET", "tok:wxspoiled", "fingerprint", bytes, named: "fingerprint"),
        Deed("HSET", "tok:wxspoiled", "version", "x", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", "", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", "1.5", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", "1e3", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", "nan", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", "99999999999999999999", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", "9007199254740991", named: "version"),
        Deed("HSET", "tok:wxspoiled", "version", -1, named: "version"),
        Deed("HSET", "tok:wxspoiled", "epoch", bytes, named: "epoch"),
        Deed("HSET", "tok:wxspoiled", "epoch", "9007199254740991", named: "epoch"),
        Deed("HSET", "tok:wxspoiled", "last_intent_epoch", "9007199254740990", named: "last_intent_epoch"),
        Deed("HSET", "tok:wxspoiled", "event", "1001000000001", named: "event"),
        Deed("HSET", "tok:wxspoiled", "event", "x", named: "event"),
        Deed("HSET", "tok:wxspoiled", "expires_at", "soon", named: "expires_at"),
        Deed("HSET", "tok:wxspoiled", "uncertain_event", "y", named: "uncertain_event"),
        Deed("HSET", "tok:wxspoiled", "uncertain_event", 5, named: "uncertain_since"),
        Deed("HSET", "tok:wxspoiled", "intent", bytes, named: "intent"),
        Deed("HSET", "tok:wxspoiled", "intent", "abc-1", named: "intent_epoch"),
        Deed("HDEL", "tok:wxspoiled", "version", named: "version"),
        Deed("HDEL", "tok:wxspoiled", "fingerprint", named: "fingerprint"),
        Deed("HDEL", "tok:wxspoiled", "expires_at", named: "expires_at"),
        Deed("HDEL", "tok:wxspoiled", "event", named: "event"),
        Deed("SET", "tok:wxspoiled", "a string", named: .some(nil)),
    ]

    @Test(arguments: records) func record_IsLost_NamedAndRestored(deed: Deed) async throws {
        try await withSpoiled(deed) { store, epoch, known in
            let found = try await tick(store)
            #expect(found.missing == [Self.app])
            #expect(found.changes.map(\.app) == [Self.other], "one record takes out no other")
            #expect(deed.named.map(found.spoiled.contains) == true, "\(found.spoiled)")
            let restored = try await store.perform(.restore(Restoration(epoch: epoch, record: known)), before: .soon)
            #expect(restored.outcome == .accepted && restored.record?.issue?.token == known.issue?.token)
        }
    }

    static let rest: [Deed] = [
        Deed("HSET", "tok:wxspoiled", "errcode", "x", named: "errcode"),
        Deed("HSET", "tok:wxspoiled", "rotations_day", bytes, named: "rotations_day"),
        Deed("HSET", "tok:wxspoiled", "previous_fingerprints", bytes, named: "previous_fingerprints"),
        Deed("HSET", "tok:wxspoiled", "reason", bytes, named: .none),
        Deed("HSET", "store", "id", bytes, named: "id"),
        Deed("HSET", "store", "event", "x", named: "event"),
        Deed("HDEL", "store", "event", named: "event"),
        Deed("HSET", "store", "event", "9007199254740991", named: "event"),
        Deed("HSET", "store", "event", -1, named: "event"),
        Deed("HSET", "store", "event", 0, named: .none),
        Deed("HSET", "store", "event", 1, named: .none),
        Deed("ZADD", "changes", "1000000000000", "wxspoiled", named: .none),
        Deed("ZADD", "changes", -5, "wxspoiled", named: .none),
        Deed("SET", "store", "a string", named: .some(nil)),
        Deed("SET", "changes", "a string", named: .some(nil)),
        Deed("ZADD", "changes", "inf", "wxspoiled", named: .none),
        Deed("ZADD", "changes", 1, bytes, named: .none),
        Deed("SET", "members", "a string", named: .some(nil)),
        Deed("SADD", "members", bytes, named: .none),
        Deed("SET", "member:a", "a string", named: .some(nil)),
        Deed("HSET", "member:a", "beats", "x", named: "beats"),
        Deed("HSET", "member:a", "beats", "9007199254740991", named: "beats"),
        Deed("HSET", "member:a", "epoch_seen", "9007199254740991", named: "epoch_seen"),
        Deed("HSET", "member:a", "incarnation", bytes, named: "incarnation"),
        Deed("HDEL", "member:a", "address", named: "address"),
        Deed("SET", "hist", "a string", named: .none),
        Deed("RPUSH", "pause", "a list", named: .none),
        Deed("SET", "pause", "without an end", named: "time to live"),
    ]

    @Test(arguments: rest) func theRest_IsNamed_AndPutRightByTheTick(deed: Deed) async throws {
        try await withSpoiled(deed) { store, epoch, known in
            let found = try await tick(store)
            #expect(deed.named.map(found.spoiled.contains) != false, "\(found.spoiled)")
            #expect(found.missing.isEmpty)
            let after = try await tick(store)
            #expect(Set(after.changes.map(\.app)) == [Self.app, Self.other])
            #expect(after.changes.first { $0.app == Self.app }?.issue?.token == known.issue?.token)
            #expect(after.members.map(\.holder) == [.test("a")])
            #expect(after.lease?.epoch == epoch && after.spoiled.isEmpty, "\(after.spoiled)")
            #expect(after.pauseLeft == nil)
            _ = try await store.perform(.release(epoch: epoch, handover: Handover(left: .zero)), before: .soon)
            _ = try await store.lead()
        }
    }

    static let leases: [Deed] = [
        Deed("SET", "lease", "a string", named: .some(nil)),
        Deed("HSET", "lease", "epoch", bytes, named: "epoch"),
        Deed("HSET", "lease", "epoch", "-", named: "epoch"),
        Deed("HSET", "lease", "epoch", "9007199254740991", named: "epoch"),
        Deed("HSET", "lease", "epoch", "1001000000001", named: "epoch"),
        Deed("HSET", "lease", "epoch", -1, named: "epoch"),
        Deed("HSET", "lease", "sequence", "9007199254740991", named: "sequence"),
        Deed("HSET", "lease", "incarnation", bytes, named: "incarnation"),
        Deed("HSET", "lease", "address", bytes, named: "address"),
        Deed("HSET", "lease", "release", 7, named: "release"),
        Deed("HSET", "lease", "wait_ms", "99999999999", named: "wait_ms"),
        Deed("HSET", "lease", "wait_ms", -1, named: "wait_ms"),
        Deed("HDEL", "lease", "sequence", named: "sequence"),
        Deed("HDEL", "lease", "epoch", named: "epoch"),
    ]

    /// Nothing in it is believed: the next term waits as after the loss of everything.
    @Test(arguments: leases) func lease_IsLost_AndTakenUnderALaterEpoch(deed: Deed) async throws {
        try await withSpoiled(deed) { store, epoch, _ in
            let found = try await tick(store)
            #expect(found.lease == nil)
            #expect(deed.named.map(found.spoiled.contains) == true, "\(found.spoiled)")
            let ask = Acquisition(ttl: .seconds(60), highestEpochSeen: .none, observed: nil, steals: false)
            let answer = try await store.perform(.acquire(ask), before: .soon).answer
            guard case .granted(let next, previous: nil, isOld: false) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(next >= epoch)
            // The first still tells what the acquisition has found.
            _ = try await tick(store)
            #expect(try await tick(store).spoiled.isEmpty)
        }
    }

    /// Round numbers that somebody may type; the next one up is believed as well, or nobody would lead any more.
    @Test(arguments: ["999999999999", "1000000000000"])
    func roundNumber_IsCountedUpFrom(count: String) async throws {
        let deed = Deed("HSET", "lease", "epoch", RedisArgument(count), named: .none)
        let also: [RedisArgument] = ["HSET", "wxkeeper:{test}:tok:wxspoiled", "version", RedisArgument(count)]
        try await withSpoiled(deed, also: also) { store, _, _ in
            let limit = try #require(UInt64(count))
            let release = LeaseCommand.release(epoch: Epoch(limit), handover: Handover(left: .zero))
            #expect(try await store.perform(release, before: .soon).answer == .done)
            let epoch = try await store.lead()
            #expect(epoch == Epoch(limit + 1))
            let putting = Putting(
                app: Self.app, epoch: epoch, token: Token("t-next"), fingerprint: Fingerprint("n"),
                life: .seconds(7200), left: .seconds(7200), knownVersion: limit, settledEvent: 0)
            #expect(try await store.perform(.put(putting), before: .soon).record?.version == limit + 1)
            let found = try await tick(store)
            #expect(found.spoiled.isEmpty && found.missing.isEmpty && found.lease?.epoch == epoch)
        }
    }

    /// Nobody can see that it is wrong, and until it is right no follower finds the leader.
    @Test(arguments: ["node", "address"]) func leader_TypedElsewhere_IsNamedByItsRenewal(field: String) async throws {
        let deed = Deed("HSET", "lease", RedisArgument(field), "elsewhere", named: .none)
        try await withSpoiled(deed) { store, epoch, _ in
            let renew = LeaseCommand.renew(epoch: epoch, ttl: .seconds(60), isActive: true)
            _ = try await store.perform(renew, before: .soon)
            #expect(try await tick(store).lease?.holder == .test("a"))
        }
    }

    /// A hand-over that does not say how long to wait is none.
    @Test(arguments: ["handed-over", "holder-died"]) func releaseWithoutItsWait_IsLost(word: String) async throws {
        let deed = Deed("HSET", "lease", "release", RedisArgument(word), named: "wait_ms")
        try await withSpoiled(deed, also: ["HDEL", "wxkeeper:{test}:lease", "wait_ms"]) { store, _, _ in
            let found = try await tick(store)
            #expect(found.lease == nil && found.spoiled == [Spoilage(key: "lease", field: "wait_ms")])
        }
    }

    @Test func lock_OfAnotherType_IsLost_AndSetAgainByTheLeader() async throws {
        try await withSpoiled(Deed("RPUSH", "lock", "a list", named: .some(nil))) { store, epoch, _ in
            let renew = LeaseCommand.renew(epoch: epoch, ttl: .seconds(60), isActive: true)
            let renewed = try await store.perform(renew, before: .soon)
            #expect(renewed.answer == .renewed(sequence: 2))
            #expect(try await tick(store).lockLeft != nil)
        }
    }

    @Test func whatAnotherCommandHasFound_TheNextTickTells() async throws {
        try await withSpoiled(Deed("SET", "tok:wxspoiled", "x", named: .some(nil))) { store, epoch, known in
            _ = try await store.perform(.restore(Restoration(epoch: epoch, record: known)), before: .soon)
            let found = try await tick(store)
            #expect(found.spoiled == [Spoilage(key: "tok:wxspoiled", field: nil)] && found.missing.isEmpty)
        }
    }

    // MARK: - Support

    private func tick(_ store: RedisStore) async throws -> TickReply {
        let tick = Tick(position: nil, memberTTL: .seconds(60), verify: [Self.app, Self.other])
        guard case .ticked(let reply) = try await store.perform(.tick(tick), before: .soon).answer else {
            throw Unexpected(description: "no tick")
        }
        return reply
    }

    /// A leader with two apps, one of which `deed` may spoil; and what it knows of that one.
    private func withSpoiled(
        _ deed: Deed, also second: [RedisArgument]? = nil,
        _ body: (RedisStore, Epoch, CredentialRecord) async throws -> Void
    ) async throws {
        let server = try #require(SharedRedisServer.current)
        try await RedisWorld.with(server) { world in
            try await world.redis("FLUSHALL")
            let store = world.makeStore()
            let epoch = try await store.lead()
            var known: CredentialRecord?
            for app in [Self.app, Self.other] {
                let putting = Putting(
                    app: app, epoch: epoch, token: Token("t-\(app)"), fingerprint: Fingerprint("f"),
                    life: .seconds(7200), left: .seconds(7200), knownVersion: 0, settledEvent: 0)
                let reply = try await store.perform(.put(putting), before: .soon)
                if app == Self.app { known = reply.record }
            }
            _ = try await tick(store)
            if deed.command[0] == "SET" || deed.command[0] == "RPUSH" {
                _ = try await world.plain.send(["DEL", deed.command[1]], before: .soon)
            }
            for command in [deed.command, second].compactMap(\.self) {
                _ = try await world.plain.send(command, before: .soon)
            }
            try await body(store, epoch, try #require(known))
        }
    }
}
