import NIOCore
import NIOPosix
import Synchronization

/// A WeChat on a free port of 127.0.0.1 that keeps what it is asked and gives one answer to everything.
final class StubWeChat: Sendable {
    let port: Int
    private let notebook: Notebook
    private let channel: any Channel

    /// Each request as it came, head and body.
    var requests: [String] { notebook.requests.withLock { $0 } }

    /// Runs `body` while it listens.
    ///
    /// An `answer` of nil is silence.
    static func with(_ answer: String?, _ body: (StubWeChat) async throws -> Void) async throws {
        let stub = try await StubWeChat(answer)
        do {
            try await body(stub)
        } catch {
            try? await stub.channel.close()
            throw error
        }
        try await stub.channel.close()
    }

    private init(_ answer: String?) async throws {
        let notebook = Notebook()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(StubHandler(answer, notebook))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        self.notebook = notebook
    }
}

private final class Notebook: Sendable {
    let requests = Mutex<[String]>([])
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String?
    private let notebook: Notebook
    private var received = ""

    init(_ answer: String?, _ notebook: Notebook) {
        self.answer = answer
        self.notebook = notebook
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        // Every request here ends either with its head or with the brace of its JSON body.
        guard received.hasSuffix(received.hasPrefix("POST") ? "}" : "\r\n\r\n") else { return }
        let request = received
        notebook.requests.withLock { $0.append(request) }
        guard let answer else { return }
        let channel = context.channel
        channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// An HTTP answer with its true length, or with a false one.
func answer(_ body: String, status: String = "200 OK", length: Int? = nil) -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: application/json; encoding=utf-8\r\n"
        + "Content-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
}
