import ClusterObservation
import KeeperCore
import KeeperTestKit
import Logging
import NIOCore
import NIOPosix
import RedisClient
import RedisStores
import Synchronization
import Testing

/// What becomes of the subscription and of the connection when Redis does not do its part.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionTests {
    private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A server that answers as `PlayedRedis` does, and the words it was asked.
    private func withPlayedServer(_ body: (_ port: Int, AsyncStream<String>) async throws -> Void) async throws {
        let (asked, continuation) = AsyncStream.makeStream(of: String.self)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PlayedRedis(continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(try #require(server.localAddress?.port), asked)
        } catch {
            try? await server.close()
            throw error
        }
        try await server.close()
    }

    /// A peer that vanished without a word is noticed only by asking it.
    @Test func unansweredPing_EndsTheSubscription_WhichIsMadeAnew() async throws {
        try await withPlayedServer { port, asked in
            let store = RedisStore(
                cluster: "test", endpoint: RedisEndpoint(host: "127.0.0.1", port: port), caller: .test("a"),
                logger: silent)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await store.run() }
                defer { group.cancelAll() }
                var seen: [String] = []
                for await command in asked {
                    seen.append(command)
                    if seen.count == 4 { break }
                }
                #expect(seen == ["SUBSCRIBE", "PING", "end", "SUBSCRIBE"])
                // Something may have been missed meanwhile: each subscription begins with a hint.
                for await _ in store.hints { break }
            }
        }
    }

    @Test func outage_IsLoggedOnce_AndNotWithEachTry() async throws {
        let log = LogBook()
        let port = try await withRedisServer { $0.port }
        let store = RedisStore(
            cluster: "test", endpoint: RedisEndpoint(host: "127.0.0.1", port: port), caller: .test("a"),
            logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            defer { group.cancelAll() }
            // Between two tries there are 300 ms at most.
            let start = ContinuousClock.now
            try await eventually("four tries and more") {
                _ = try? await store.tick()
                return .now - start > .seconds(1.5)
            }
        }
        #expect(log.lines.count { $0.hasPrefix("warning cannot reach Redis") } == 1)
        #expect(log.lines.count { $0.hasPrefix("warning no hints from Redis") } == 1)
    }

    /// Nobody knows whether it was executed: to call it unreachable would be a promise that it was not.
    @Test func connectionThatEndsUnderACommand_LeavesTheOutcomeUnknown() async throws {
        try await withPlayedServer { port, _ in
            let store = RedisStore(
                cluster: "test", endpoint: RedisEndpoint(host: "127.0.0.1", port: port), caller: .test("a"),
                logger: silent)
            await #expect(throws: StoreError.timedOut) { try await store.perform(.leave, before: .soon) }
            await store.close()
        }
    }
}

/// Tells its name, takes scripts and confirms subscriptions; says nothing to a PING, and hangs up at a script.
private final class PlayedRedis: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let asked: AsyncStream<String>.Continuation
    /// What has come and holds no word that is known yet.
    private var heard = ""

    init(_ asked: AsyncStream<String>.Continuation) { self.asked = asked }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard += String(buffer: unwrapInboundIn(data))
        while let match = heard.firstMatch(of: #/\$\d+\r\n(INFO|LOAD|EVALSHA|PING|SUBSCRIBE\r\n\$\d+\r\n[^\r]+)\r\n/#) {
            let words = match.1.split(separator: "\r\n").map(String.init)
            heard = String(heard[match.range.upperBound...])
            answer(words[0], words.last ?? "", context)
        }
    }

    private func answer(_ word: String, _ last: String, _ context: ChannelHandlerContext) {
        switch word {
        case "INFO": say("$10\r\nrun_id:abc\r\n", context)
        case "LOAD": say("$4\r\n0123\r\n", context)
        case "SUBSCRIBE":
            asked.yield(word)
            say("*3\r\n$9\r\nsubscribe\r\n$\(last.utf8.count)\r\n\(last)\r\n:1\r\n", context)
        case "PING": asked.yield(word)
        default: context.close(promise: nil)
        }
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { asked.yield("end") }
}
