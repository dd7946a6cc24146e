import KeeperCore
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import KeeperHTTP

/// What parses requests is made when there is something to parse.
@Suite struct PipelineStartTests {
    private static let request = "GET /token HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer shop-key\r\n\r\n"

    private let channel = EmbeddedChannel()
    private let outcome = Outcome()

    private final class Outcome {
        /// Whether requests will come out of it; nil as long as nobody knows.
        var hasRequests: Bool?
    }

    init() throws {
        let cache = try ReadCache(RepeatTests.source(.withToken()))
        try ReadCacheTests.teach(cache, ByteBuffer(string: Self.request))
        let connections = Connections(most: 1, log: RateLimitedLog(Logger(label: "test")))
        let progress = connections.admit(channel)
        let repeats = RepeatHandler(progress, cache)
        let promise = channel.eventLoop.makePromise(of: KeeperChannel.Requests?.self)
        promise.futureResult.assumeIsolated().whenSuccess { [outcome] in outcome.hasRequests = $0 != nil }
        let start = PipelineStart(progress, repeats, NodeName("a"), Logger(label: "test"), promise)
        try channel.pipeline.syncOperations.addHandlers([repeats, start])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private var isMade: Bool { (try? channel.pipeline.syncOperations.handler(type: ProtocolHandler.self)) != nil }

    @Test func knownRequest_IsAnsweredWithoutIt() throws {
        for _ in 0..<3 { try channel.writeInbound(ByteBuffer(string: Self.request)) }
        for _ in 0..<3 {
            let answer = try #require(try channel.readOutbound(as: ByteBuffer.self))
            #expect(String(buffer: answer).contains("TOKEN"))
        }
        #expect(!isMade)
        _ = try channel.finish()
        #expect(outcome.hasRequests == false)
    }

    @Test func unknownBytes_MakeIt() throws {
        #expect(!isMade)
        try channel.writeInbound(ByteBuffer(string: "GET /livez HT"))
        #expect(isMade && outcome.hasRequests == true)
        _ = try channel.finish()
    }

    @Test(arguments: [true, false])
    func endOfAnIdleConnection_NeedsNothing(_ isByCaller: Bool) throws {
        try channel.writeInbound(ByteBuffer(string: Self.request))
        if isByCaller {
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(!channel.isActive)
        channel.embeddedEventLoop.run()
        #expect(outcome.hasRequests == false)
    }

    @Test func endBehindAnAnswer_WaitsUntilItIsTaken() throws {
        let caller = ReadHandlerTests.SlowCaller()
        try channel.pipeline.syncOperations.addHandler(caller, position: .first)
        try channel.writeInbound(ByteBuffer(string: Self.request))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(channel.isActive && !isMade)
        caller.take(try channel.pipeline.syncOperations.context(handler: caller))
        let answer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: answer).contains("TOKEN") && !channel.isActive)
    }
}
