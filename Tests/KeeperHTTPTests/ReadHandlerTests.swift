import KeeperCore
import NIOCore
import NIOEmbedded
import Testing

@testable import KeeperHTTP

/// What stands between a request and the rest of the server must not hide it.
@Suite struct ReadHandlerTests {
    private static let stable = RepeatTests.stable

    /// A node that begins to leave closes the connections on which nothing is asked; whether something is, shows the
    /// head of a request, though its body may turn out to be a read's.
    @Test(arguments: [0, 1, 40]) func bodyUnderWay_IsAnswered_WhenTheNodeBeginsToLeave(received: Int) throws {
        let connection = try RepeatTests.Connection(ReadCache(RepeatTests.source(.withToken())), recognises: true)
        defer { connection.finish() }
        let body = try #require(Self.stable.firstRange(of: "\r\n\r\n")?.upperBound)
        let cut = Self.stable.index(body, offsetBy: received)
        #expect(try connection.answers(to: [String(Self.stable[..<cut])]) == "")
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        let answer = try connection.answers(to: [String(Self.stable[cut...])])
        #expect(answer.hasSuffix("POST /cgi-bin/stable_token 1 \(Self.stable[body...].utf8.count)closed"))
        #expect(connection.end.count == 1)
    }

    @Test func quietConnection_IsClosed_WhenTheNodeBeginsToLeave() throws {
        let connection = try RepeatTests.Connection(ReadCache(RepeatTests.source(.withToken())), recognises: true)
        defer { connection.finish() }
        for _ in 0..<3 { #expect(try connection.answers(to: [Self.stable]).contains("TOKEN")) }
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(try connection.answers(to: []) == "closed")
    }

    /// A caller that takes nothing until it is let.
    final class SlowCaller: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private var held: [(bytes: NIOAny, promise: EventLoopPromise<Void>?)]? = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if held?.append((data, promise)) == nil { context.write(data, promise: promise) }
        }

        func take(_ context: ChannelHandlerContext) {
            let all = held ?? []
            held = nil
            for (bytes, promise) in all { context.writeAndFlush(bytes, promise: promise) }
        }
    }

    /// Parsed or recognised: what was answered is not dropped because the caller has not taken it yet.
    @Test(arguments: [0, 1, 2, 3]) func answerUnderWay_IsTaken_WhenTheNodeBeginsToLeave(before: Int) throws {
        let connection = try RepeatTests.Connection(ReadCache(RepeatTests.source(.withToken())), recognises: true)
        defer { connection.finish() }
        for _ in 0..<before { #expect(try connection.answers(to: [Self.stable]).contains("TOKEN")) }
        let caller = SlowCaller()
        try connection.channel.pipeline.syncOperations.addHandler(caller, position: .first)
        #expect(try connection.answers(to: [Self.stable]) == "")
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(connection.channel.isActive)
        caller.take(try connection.channel.pipeline.syncOperations.context(handler: caller))
        let answer = try connection.answers(to: [])
        #expect(answer.contains("TOKEN") && answer.hasSuffix("closed"))
    }
}
