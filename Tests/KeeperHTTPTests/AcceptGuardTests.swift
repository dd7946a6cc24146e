import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import KeeperHTTP

@Suite struct AcceptGuardTests {
    /// Counts the reads that reach the socket.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = Never
        typealias OutboundOut = Never
        var reads = 0
        func read(context: ChannelHandlerContext) { reads += 1 }
    }

    @Test func failedAccept_EndsNothing_AndAcceptingRestsAMoment() throws {
        let socket = Socket()
        let log = RateLimitedLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let channel = EmbeddedChannel(handlers: [socket, AcceptGuard(log)])
        channel.read()
        #expect(socket.reads == 1)

        channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept"))
        try channel.throwIfErrorCaught()
        channel.read()
        channel.read()
        #expect(socket.reads == 1)
        // Or NIO would go on asking the kernel whether somebody waits.
        #expect(isReading(channel) == false)

        channel.embeddedEventLoop.advanceTime(by: AcceptGuard.pause)
        #expect(socket.reads == 2)
        channel.read()
        #expect(socket.reads == 3)
        #expect(isReading(channel) == true)
    }

    private func isReading(_ channel: EmbeddedChannel) -> Bool? {
        channel.options.compactMap { $0.option is ChannelOptions.Types.AutoReadOption ? $0.value as? Bool : nil }.last
    }
}
