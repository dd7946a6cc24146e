import KeeperCore
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import KeeperHTTP

/// Requests that are sent ahead of the answers.
@Suite struct RequestGateTests {
    private static let request = "GET /livez HTTP/1.1\r\nHost: n\r\n\r\n"

    /// Counts what comes, and what is read.
    private final class Counter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var bytes = 0
        var isInputClosed = false
        /// For each portion, one more request is owed an answer.
        let progress: ConnectionWatch.Progress

        init(_ progress: ConnectionWatch.Progress) { self.progress = progress }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytes
            progress.owed += 1
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(.inputClosed) = event as? ChannelEvent { isInputClosed = true }
        }
    }

    @Test func requestsSentAhead_ComeThroughAFewAtATime_AndTheEndComesLast() throws {
        let connections = Connections(most: 1, log: RateLimitedLog(Logger(label: "test")))
        let progress = ConnectionWatch.Progress(1, Connections.Use(), connections)
        let counter = Counter(progress)
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([RequestGate(progress), counter])
        try channel.writeInbound(ByteBuffer(repeating: 0x20, count: 100_000))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        let most = RequestGate.mostAhead * RequestGate.portion
        #expect(counter.bytes == most && !counter.isInputClosed)
        // Each answer makes room for one more.
        progress.owed -= 1
        progress.onAnswer?()
        #expect(counter.bytes == most + RequestGate.portion)
        while counter.bytes < 100_000 {
            let before = counter.bytes
            progress.owed -= 1
            progress.onAnswer?()
            try #require(counter.bytes > before)
        }
        #expect(counter.bytes == 100_000 && counter.isInputClosed)
        // What fits is let through at once.
        progress.owed = 0
        try channel.writeInbound(ByteBuffer(string: Self.request))
        #expect(counter.bytes == 100_000 + Self.request.utf8.count)
        _ = try channel.finish()
    }

    @Test func thousandsOfRequestsInOneBreath_AreAllAnswered_AndSoIsANeighbour() async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say(String(repeating: Self.request, count: 2000))
                wire.endSending()
                try await Wire.open(to: port) { neighbour in
                    try await neighbour.say(Self.request)
                    #expect(try await neighbour.answer()?.status == 200)
                }
                for _ in 0..<2000 { #expect(try await wire.answer()?.status == 200) }
                #expect(try await wire.hasEnded())
            }
        }
    }
}
