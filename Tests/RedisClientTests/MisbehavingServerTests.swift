import NIOCore
import NIOPosix
import RedisClient
import Testing

/// Against servers that break the protocol, each in one way.
@Suite struct MisbehavingServerTests {
    @Test func lateReply_IsNeverGivenToALaterCommand() async throws {
        let (requests, continuation) = AsyncStream.makeStream(of: Void.self)
        try await withMisbehavingServer { request, channel in
            continuation.yield()
            guard request.contains("SLOW") else { return }
            channel.eventLoop.scheduleTask(in: .milliseconds(2400)) { channel.say("+late\r\n") }
        } _: { endpoint in
            let redis = try await RedisConnection.connect(to: endpoint)
            let slow = Task {
                // A command that never left ends the wait below too.
                defer { continuation.finish() }
                return await redis.outcome(["SLOW"], before: .now + .seconds(2))
            }
            _ = await requests.first { true }
            async let next = redis.outcome(["NEXT"], before: .soon)
            #expect(await slow.value == .failure(.timedOut))
            switch await next {
            case .failure(.connectionLost), .failure(.notSent): break
            case let other: Issue.record("\(other)")
            }
            await redis.waitUntilClosed()
        }
    }

    @Test(arguments: [
        "garbage\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "$-7\r\n", String(repeating: "*1\r\n", count: 9) + "+x\r\n",
    ])
    func garbage_EndsTheConnection_AtOnce(text: String) async throws {
        try await withMisbehavingServer { _, channel in
            channel.say(text)
        } _: { endpoint in
            let redis = try await RedisConnection.connect(to: endpoint)
            let reply = await redis.outcome(["PING"], before: .soon)
            guard case .failure(.connectionLost) = reply else {
                Issue.record("\(reply)")
                return
            }
            await redis.waitUntilClosed()
        }
    }

    @Test func closeInsideAReply_IsAnUnknownOutcome() async throws {
        try await withMisbehavingServer { _, channel in
            channel.say("$10\r\nhalf")
            channel.close(promise: nil)
        } _: { endpoint in
            let redis = try await RedisConnection.connect(to: endpoint)
            let reply = await redis.outcome(["GET", "key"], before: .soon)
            guard case .failure(.connectionLost) = reply else {
                Issue.record("\(reply)")
                return
            }
        }
    }

    @Test func secondReply_ThatNobodyAskedFor_EndsTheConnection() async throws {
        try await withMisbehavingServer { _, channel in
            channel.say("+one\r\n+two\r\n")
        } _: { endpoint in
            let redis = try await RedisConnection.connect(to: endpoint)
            #expect(await redis.outcome(["PING"], before: .soon) == .success(.status("one")))
            await redis.waitUntilClosed()
            #expect(await redis.outcome(["PING"], before: .soon) != .success(.status("two")))
        }
    }

    @Test func silentServer_TimesOut_AtTheLogin() async throws {
        try await withMisbehavingServer { _, _ in
        } _: { endpoint in
            var endpoint = endpoint
            endpoint.password = RedisPassword("hush")
            let error = await #expect(throws: RedisError.self) {
                try await RedisConnection.connect(
                    to: endpoint, on: MultiThreadedEventLoopGroup.singleton)
            }
            #expect(error == .timedOut)
        }
    }

    @Test func serverThatRepeatsThePassword_DoesNotMakeUsShowIt() async throws {
        try await withMisbehavingServer { _, channel in
            channel.say("-ERR unknown command 'AUTH', with args beginning with: 'hush' \r\n")
        } _: { endpoint in
            var endpoint = endpoint
            endpoint.password = RedisPassword("hush")
            let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
            #expect(error.map { String(reflecting: $0).contains("hush") } == false)
        }
    }

    @Test func hugePromise_EndsAtTheDeadline() async throws {
        try await withMisbehavingServer { _, channel in
            channel.say("$900000000\r\nabc")
        } _: { endpoint in
            let redis = try await RedisConnection.connect(to: endpoint)
            #expect(await redis.outcome(["GET", "key"], before: .now + .seconds(1)) == .failure(.timedOut))
            await redis.waitUntilClosed()
        }
    }
}
