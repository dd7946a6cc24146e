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
        let complaints = Complaints(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let channel = EmbeddedChannel(handlers: [socket, AcceptGuard(complaints)])
        channel.read()
        #expect(socket.reads == 1)

        channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept"))
        try channel.throwIfErrorCaught()
        channel.read()
        channel.read()
        #expect(socket.reads == 1)

        channel.embeddedEventLoop.advanceTime(by: AcceptGuard.pause)
        #expect(socket.reads == 2)
        channel.read()
        #expect(socket.reads == 3)
    }
}
