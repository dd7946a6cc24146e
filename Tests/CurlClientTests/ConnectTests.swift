import CurlClient
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// How a connection comes about: in its own time, and one for each exchange.
@Suite struct ConnectTests {
    let client = CurlClient()

    /// A far deadline must not let one lost packet hold up the next domain.
    @Test(.timeLimit(.minutes(1))) func connection_HasATimeOfItsOwn_HandshakeAndAll() async throws {
        // A plain server that waits for the end of a request never answers the TLS greeting.
        try await ScriptedServer.with(.hang) { server in
            var request = HTTPRequest(try url(server.port, scheme: "https"))
            request.connectTimeout = .milliseconds(300)
            #expect(await client.outcome(request).notSent == .connection)
            #expect(server.requestCount == 0)
        }
    }

    @Test func connectionThatStands_MayTakeLongerForItsAnswer() async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        try await CountingServer.with(answering: text, after: .milliseconds(700)) { server in
            var request = HTTPRequest(try url(server.port))
            request.connectTimeout = .milliseconds(300)
            #expect(await client.outcome(request).reply?.status == 200)
        }
    }

    /// libcurl sends a request again where a kept connection turns out dead; a rotating one must never go out twice.
    @Test func everyExchange_HasAConnectionOfItsOwn() async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"
        try await CountingServer.with(answering: text, after: .zero) { server in
            for count in 1...3 {
                let outcome = await client.outcome(HTTPRequest(try url(server.port)))
                #expect(outcome.reply?.status == 200)
                #expect(server.connections == count)
            }
        }
    }
}

/// Answers every request, and keeps its connections open.
private final class CountingServer: Sendable {
    private let count = Atomic(0)
    private let ports = Mutex(0)

    var connections: Int { count.load(ordering: .relaxed) }
    var port: Int { ports.withLock { $0 } }

    static func with(
        answering text: String, after delay: TimeAmount, _ body: (CountingServer) async throws -> Void
    ) async throws {
        let server = CountingServer()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { child in
                server.count.add(1, ordering: .relaxed)
                return child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Answerer(text, after: delay))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.ports.withLock { $0 = channel.localAddress?.port ?? 0 }
        do {
            try await body(server)
        } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }
}

private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String
    private let delay: TimeAmount
    private var received = ""

    init(_ text: String, after delay: TimeAmount) {
        self.text = text
        self.delay = delay
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard received.hasSuffix("\r\n\r\n") else { return }
        received = ""
        let (channel, text) = (context.channel, text)
        context.eventLoop.scheduleTask(in: delay) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
