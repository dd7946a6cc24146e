import ClusterObservation
import KeeperTestKit
import NIOCore
import NIOPosix
import RedisClient
import Testing

/// Against a real server.
@Suite struct RedisConnectionTests {
    /// Waits until the server has taken the one command that blocks.
    private func waitUntilBlocked(_ witness: RedisConnection) async throws {
        try await eventually("the server blocks") {
            let clients = try await witness.send(["INFO", "clients"], before: .soon).text
            return clients?.contains("blocked_clients:1") == true
        }
    }

    @Test func values_ComeBackAsTheyWereSent() async throws {
        try await withRedis { redis, _ in
            for value in [[], [0, 13, 10, 255], Array("密".utf8), [UInt8](repeating: 7, count: 3 << 20)] {
                #expect(await redis.outcome(["ECHO", RedisArgument(value)], before: .soon) == .success(.bulk(value)))
            }
            #expect(await redis.outcome(["GET", "nothing"], before: .soon) == .success(.null))
            let script: RedisArgument = "return {1, 'two', {3, redis.error_reply('ERR inner')}, false}"
            let expected: [RedisReply] = [
                .integer(1), .bulk(Array("two".utf8)), .array([.integer(3), .error("ERR inner")]), .null,
            ]
            #expect(await redis.outcome(["EVAL", script, 0], before: .soon) == .success(.array(expected)))
        }
    }

    @Test func errorReply_IsThrown_AndTheConnectionLives() async throws {
        try await withRedis { redis, _ in
            let error = await #expect(throws: RedisError.self) {
                try await redis.send(["EVALSHA", "0123456789012345678901234567890123456789", 0], before: .soon)
            }
            guard case .rejected(let rejection) = error else {
                Issue.record("\(error.debugDescription)")
                return
            }
            #expect(rejection.code == "NOSCRIPT")
            #expect(await redis.outcome(["PING"], before: .soon) == .success(.status("PONG")))
        }
    }

    @Test func manyCommandsAtOnce_EachGetItsOwnReply() async throws {
        try await withRedis { redis, _ in
            try await withThrowingTaskGroup { group in
                for number in 0..<2000 {
                    group.addTask {
                        let reply = try await redis.send(["ECHO", RedisArgument(number)], before: .soon)
                        #expect(reply.number == Int64(number))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func missedDeadline_EndsTheConnection_AndWhateverWaitsBehind() async throws {
        try await withRedis { redis, server in
            let second = try await RedisConnection.connect(to: server.endpoint)
            async let first = redis.outcome(["BLPOP", "nothing", 0], before: .now + .seconds(3))
            try await waitUntilBlocked(second)
            async let behind = redis.outcome(["PING"], before: .soon)
            let start = ContinuousClock.now
            #expect(await first == .failure(.timedOut))
            #expect(ContinuousClock.now - start < .seconds(8))
            switch await behind {
            // The PING is behind, or comes too late altogether; it never gets an answer.
            case .failure(.connectionLost), .failure(.notSent): break
            case let other: Issue.record("\(other)")
            }
            await redis.waitUntilClosed()
            #expect(!redis.isOpen)
            let next = await redis.outcome(["PING"], before: .soon)
            #expect(next == .failure(.notSent("the connection was closed")))
        }
    }

    @Test func cancelledCommand_KeepsItsPlace_SoTheNextGetsItsOwnReply() async throws {
        try await withRedis { redis, server in
            let second = try await RedisConnection.connect(to: server.endpoint)
            let first = Task { await redis.outcome(["BLPOP", "list", 0], before: .soon) }
            try await waitUntilBlocked(second)
            first.cancel()
            #expect(await first.value == .failure(.cancelled))
            async let echo = redis.send(["ECHO", "mine"], before: .soon)
            _ = try await second.send(["LPUSH", "list", "late"], before: .soon)
            #expect(try await echo.text == "mine")
        }
    }

    @Test func deadlineInThePast_SendsNothing() async throws {
        try await withRedis { redis, _ in
            let late = await redis.outcome(["SET", "key", "1"], before: .now - .seconds(1))
            #expect(late == .failure(.notSent("the deadline had passed")))
            #expect(await redis.outcome(["GET", "key"], before: .soon) == .success(.null))
        }
    }

    @Test func subscription_BringsMessages_BetweenReplies() async throws {
        try await withRedis { redis, server in
            let speaker = try await RedisConnection.connect(to: server.endpoint)
            try await redis.subscribe(to: "events", before: .soon)
            for text: RedisArgument in ["one", "two"] {
                _ = try await speaker.send(["PUBLISH", "events", text], before: .soon)
            }
            let pong = try await redis.send(["PING"], before: .soon)
            #expect(pong == .array([.bulk(Array("pong".utf8)), .bulk([])]))
            var messages = redis.messages.makeAsyncIterator()
            #expect(await messages.next() == RedisMessage(channel: "events", payload: Array("one".utf8)))
            #expect(await messages.next() == RedisMessage(channel: "events", payload: Array("two".utf8)))
            await redis.close()
            #expect(await messages.next() == nil)
        }
    }

    @Test func listThatLooksLikeAMessage_IsAReply_WithoutASubscription() async throws {
        try await withRedis { redis, _ in
            let reply = try await redis.send(["EVAL", "return {'message', 'a', 'b'}", 0], before: .soon)
            #expect(reply.elements?.count == 3)
        }
    }

    @Test func login_UsesUserPasswordAndDatabase() async throws {
        let rules = ["--requirepass", "hush", "--user", "keeper", "on", ">whisper", "~*", "&*", "+@all"]
        try await withRedisServer(rules) { server in
            let port = server.port
            for url in ["redis://:hush@127.0.0.1:\(port)", "redis://keeper:whisper@localhost:\(port)/3"] {
                let redis = try await RedisConnection.connect(to: RedisEndpoint(parsing: url))
                let info = try await redis.send(["CLIENT", "INFO"], before: .soon).text ?? ""
                #expect(info.contains(url.hasSuffix("/3") ? "db=3" : "db=0"))
                #expect(info.contains(url.contains("keeper") ? "user=keeper" : "user=default"))
            }
            for (password, code) in [("hush", "NOAUTH"), ("wrong", "WRONGPASS"), ("right", "ERR")] {
                var endpoint = server.endpoint
                if code != "NOAUTH" { endpoint.password = RedisPassword(password == "right" ? "hush" : password) }
                if code != "WRONGPASS" { endpoint.database = 99 }
                let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
                guard case .rejected(let rejection) = error else {
                    Issue.record("\(error.debugDescription)")
                    return
                }
                #expect(rejection.code == code)
                #expect(!"\(rejection)".contains(password))
            }
        }
    }

    @Test func connectionNumbers_Grow() async throws {
        try await withRedis { first, server in
            let second = try await RedisConnection.connect(to: server.endpoint)
            #expect(second.number > first.number)
        }
    }

    @Test func noServer_IsNotSent() async throws {
        let port = try await withRedisServer { $0.port }
        let error = await #expect(throws: RedisError.self) {
            try await RedisConnection.connect(to: RedisEndpoint(host: "127.0.0.1", port: port))
        }
        guard case .notSent = error else {
            Issue.record("\(error.debugDescription)")
            return
        }
    }

    @Test func deadServer_EndsTheConnection() async throws {
        try await withRedis { redis, server in
            async let blocked = redis.outcome(["BLPOP", "nothing", 0], before: .soon)
            try await server.stop()
            await redis.waitUntilClosed()
            guard case .failure = await blocked else {
                Issue.record("a reply from a dead server")
                return
            }
            #expect(!redis.isOpen)
        }
    }
}
