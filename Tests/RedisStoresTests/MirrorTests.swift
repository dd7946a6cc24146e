import KeeperCore
import KeeperPorts
import KeeperTestKit
import RedisClient
import RedisStores
import Testing

/// Mirrors of tokens under keys that other programs read.
@Suite(.serialized, SharedRedisServer()) struct MirrorTests {
    private let app = AppID("wx0123456789abcdef")

    /// A store that leads, in an empty database.
    private func withLeader(_ body: (RedisWorld, RedisStore, Epoch) async throws -> Void) async throws {
        let server = try #require(SharedRedisServer.current)
        try await RedisWorld.with(server) { world in
            try await world.redis("FLUSHALL")
            let store = world.makeStore()
            try await body(world, store, try await store.lead())
        }
    }

    private func mirror(
        _ token: String = "t-1", epoch: Epoch, version: UInt64 = 1, left: Duration = .seconds(7200),
        _ keys: MirrorKey...
    ) -> Mirror {
        Mirror(app: app, epoch: epoch, version: version, token: Token(token), left: left, keys: keys)
    }

    /// The record that a leader of this term has published.
    private func publish(
        _ token: String, by store: RedisStore, _ epoch: Epoch, known: UInt64 = 0, left: Duration = .seconds(7200)
    ) async throws {
        let putting = Putting(
            app: app, epoch: epoch, token: Token(token), fingerprint: Fingerprint(token), life: .seconds(7200),
            left: left, knownVersion: known, settledEvent: 0)
        #expect(try await store.perform(.put(putting), before: .soon).outcome == .accepted)
    }

    /// Gives the command as the leader.
    private func write(_ mirrors: [Mirror], by store: RedisStore, _ epoch: Epoch) async throws {
        #expect(try await store.mirror(mirrors, epoch: epoch, before: .soon))
    }

    private func seconds(_ world: RedisWorld) async throws -> Int64 {
        try #require(try await world.redis("TIME").elements?.first?.number)
    }

    @Test func everyForm_StandsAsItsProgramsReadIt_AndEndsWithTheToken() async throws {
        try await withLeader { world, store, epoch in
            let before = try await seconds(world)
            let keys = [
                MirrorKey("plain", .token), MirrorKey("json", .quotedToken), MirrorKey("end", .end(lessSeconds: 0)),
                MirrorKey("early", .end(lessSeconds: 120)),
            ]
            var mirror = mirror("t_1-Az", epoch: epoch)
            mirror.keys = keys
            try await write([mirror], by: store, epoch)
            let after = try await seconds(world)
            #expect(try await world.redis("GET", "plain").text == "t_1-Az")
            #expect(try await world.redis("GET", "json").text == "\"t_1-Az\"")
            let end = try #require(try await world.redis("GET", "end").number)
            #expect((before + 7200...after + 7200).contains(end))
            #expect(try await world.redis("GET", "early").number == end - 120)
            for key in keys {
                let ttl = try #require(try await world.redis("PTTL", RedisArgument(key.name)).number)
                #expect((7_180_000...7_200_000).contains(ttl), "\(key.name)")
            }
        }
    }

    @Test func oddTokens_AreEscapedInJSON_AndNowhereElse() async throws {
        try await withLeader { world, store, epoch in
            let mirror = mirror(
                "a\"b\\c\nd é", epoch: epoch, MirrorKey("json", .quotedToken), MirrorKey("plain", .token))
            try await write([mirror], by: store, epoch)
            #expect(try await world.redis("GET", "json").text == #""a\"b\\c\nd é""#)
            #expect(try await world.redis("GET", "plain").text == "a\"b\\c\nd é")
        }
    }

    @Test func copyThatStands_IsNotWrittenAgain() async throws {
        try await withLeader { world, store, epoch in
            var mirror = mirror(epoch: epoch, MirrorKey("plain", .token), MirrorKey("end", .end(lessSeconds: 0)))
            try await write([mirror], by: store, epoch)
            try await world.redis("CONFIG", "RESETSTAT")
            mirror.left -= .milliseconds(1500)
            try await write([mirror], by: store, epoch)
            #expect(try await world.calls(of: "set") == 0)
            #expect(try await world.calls(of: "pexpire") == 0)
            #expect(try await world.calls(of: "get") >= 2, "the figures are those of commands in scripts too")
        }
    }

    @Test(arguments: ["DEL", "PERSIST", "EXPIRE", "SET", "HSET"])
    func copyThatSomebodyChanged_IsPutRight(_ command: String) async throws {
        try await withLeader { world, store, epoch in
            let mirror = mirror(epoch: epoch, MirrorKey("plain", .token), MirrorKey("end", .end(lessSeconds: 0)))
            try await write([mirror], by: store, epoch)
            let end = try await world.redis("GET", "end").number
            for key: RedisArgument in ["plain", "end"] {
                switch command {
                case "EXPIRE": try await world.redis("EXPIRE", key, 100)
                case "SET": try await world.redis("SET", key, "12")
                case "HSET":
                    try await world.redis("DEL", key)
                    try await world.redis("HSET", key, "a", "b")
                default: try await world.redis(RedisArgument(command), key)
                }
            }
            try await write([mirror], by: store, epoch)
            #expect(try await world.redis("GET", "plain").text == "t-1")
            let ends = [end, try await world.redis("GET", "end").number].compactMap(\.self)
            #expect(ends.count == 2 && abs(ends[0] - ends[1]) <= 20)
            for key: RedisArgument in ["plain", "end"] {
                #expect(try await world.redis("PTTL", key).number ?? 0 > 7_100_000)
            }
        }
    }

    @Test func staleLeader_WritesNothing() async throws {
        try await withLeader { world, store, epoch in
            let other = world.makeStore(.test("b"))
            let mirror = mirror(epoch: epoch, MirrorKey("plain", .token))
            #expect(try await !other.mirror([mirror], epoch: epoch, before: .soon), "never led")
            let next = Epoch(epoch.rawValue + 1)
            #expect(try await !store.mirror([mirror], epoch: next, before: .soon), "another term")
            _ = try await store.perform(.release(epoch: epoch, handover: Handover(left: .zero)), before: .soon)
            #expect(try await !store.mirror([mirror], epoch: epoch, before: .soon), "given up")
            let later = try await other.lead()
            #expect(try await !store.mirror([mirror], epoch: epoch, before: .soon), "overtaken")
            #expect(try await world.redis("EXISTS", "plain").number == 0)
            #expect(try await other.mirror([mirror], epoch: later, before: .soon))
            #expect(try await world.redis("EXISTS", "plain").number == 1)
        }
    }

    @Test func olderToken_NeverComesBack() async throws {
        try await withLeader { world, store, epoch in
            try await publish("t-1", by: store, epoch)
            try await publish("t-2", by: store, epoch, known: 1)
            let news = mirror("t-2", epoch: epoch, version: 2, MirrorKey("plain", .token))
            try await write([news], by: store, epoch)
            let late = mirror("t-1", epoch: epoch, version: 1, MirrorKey("plain", .token))
            try await write([late], by: store, epoch)
            let ofEarlierTerm = mirror("t-0", epoch: .none, version: 9, MirrorKey("plain", .token))
            try await write([ofEarlierTerm], by: store, epoch)
            #expect(try await world.redis("GET", "plain").text == "t-2")
        }
    }

    @Test func lateCommand_DoesNotLengthenTheLife() async throws {
        try await withLeader { world, store, epoch in
            try await publish("t-1", by: store, epoch, left: .seconds(50))
            let mirror = mirror(epoch: epoch, left: .seconds(90), MirrorKey("plain", .token))
            try await write([mirror], by: store, epoch)
            #expect(try await world.redis("PTTL", "plain").number ?? .max <= 50_000)
        }
    }

    @Test func tokenWhoseLifeIsOver_IsNotWritten() async throws {
        try await withLeader { world, store, epoch in
            let mirror = mirror(epoch: epoch, left: .zero, MirrorKey("plain", .token))
            try await write([mirror], by: store, epoch)
            #expect(try await world.redis("EXISTS", "plain").number == 0)
        }
    }

    @Test func keyThatMayNotBeWritten_IsTold_AndKeepsNoOtherFromIt() async throws {
        try await withLeader { world, _, epoch in
            let rules: [RedisArgument] = ["on", "nopass", "+@all", "~wxkeeper:*", "~ours*", "&*"]
            _ = try await world.plain.send(["ACL", "SETUSER", "keeper"] + rules, before: .soon)
            let store = world.makeStore(user: "keeper")
            let mirrors = [
                mirror(epoch: epoch, MirrorKey("theirs", .token), MirrorKey("ours-1", .token)),
                mirror(epoch: epoch, MirrorKey("ours-2", .token)),
            ]
            let error = await #expect(throws: StoreError.self) {
                try await store.mirror(mirrors, epoch: epoch, before: .soon)
            }
            guard case .rejected(let reason) = error else {
                Issue.record("\(error.debugDescription)")
                return
            }
            #expect(reason.code == "NOPERM" && !"\(reason)".contains("t-1"))
            #expect(try await world.redis("EXISTS", "theirs", "ours-1", "ours-2").number == 2)
            _ = try await world.plain.send(["ACL", "DELUSER", "keeper"], before: .soon)
        }
    }

    /// However many may not be written: those that may all are.
    @Test func manyKeysThatMayNotBeWritten_KeepNoOtherFromIt() async throws {
        try await withLeader { world, _, epoch in
            let rules: [RedisArgument] = ["on", "nopass", "+@all", "~wxkeeper:*", "~ours*", "&*"]
            _ = try await world.plain.send(["ACL", "SETUSER", "keeper"] + rules, before: .soon)
            let store = world.makeStore(user: "keeper")
            let mirrors = (0..<60).map { number in
                mirror(epoch: epoch, MirrorKey("theirs-\(number)", .token), MirrorKey("ours-\(number)", .token))
            }
            await #expect(throws: StoreError.self) { try await store.mirror(mirrors, epoch: epoch, before: .soon) }
            let ours = (0..<60).map { RedisArgument("ours-\($0)") }
            #expect(try await world.plain.send(["EXISTS"] + ours, before: .soon).number == 60)
            _ = try await world.plain.send(["ACL", "DELUSER", "keeper"], before: .soon)
        }
    }

    @Test func manyApps_FitIntoOneCommand() async throws {
        try await withLeader { world, store, epoch in
            let mirrors = (0..<2000).map { number in
                Mirror(
                    app: AppID("wx\(number)"), epoch: epoch, version: 1,
                    token: Token(String(repeating: "t", count: 512)), left: .seconds(7200),
                    keys: MirrorForms.two(of: number))
            }
            try await write(mirrors, by: store, epoch)
            #expect(try await world.redis("DBSIZE").number ?? 0 >= 4000)
            let clock = ContinuousClock()
            let time = try await clock.measure { _ = try await store.mirror(mirrors, epoch: epoch, before: .soon) }
            print("2000 mirrors of two keys looked at in \(time)")
        }
    }
}

private enum MirrorForms {
    static func two(of number: Int) -> [MirrorKey] {
        [MirrorKey("mirror:\(number)", .token), MirrorKey("mirror:\(number):end", .end(lessSeconds: 0))]
    }
}

extension RedisWorld {
    /// How often Redis has run a command since the figures were reset.
    fileprivate func calls(of command: String) async throws -> Int {
        let figures = try await redis("INFO", "commandstats").text ?? ""
        let line = figures.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_\(command):") }
        let count = line?.firstMatch(of: /calls=([0-9]+)/)?.1
        return count.flatMap { Int($0) } ?? 0
    }
}
