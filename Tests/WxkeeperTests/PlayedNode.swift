import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A node on a free port of 127.0.0.1 that answers each path as it was told to, and keeps what it was asked.
final class PlayedNode: Sendable {
    struct Answer: Sendable {
        var status = 200
        var body: String
        var headers = ""
    }

    private let channel: any Channel
    private let notebook: Notebook

    /// Each request as it came, head and body.
    var requests: [String] { notebook.requests.withLock { $0 } }
    /// A value for each request.
    var arrivals: AsyncStream<Void> { notebook.arrivals }
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// Runs `body` while it listens.
    static func with(_ answers: [String: Answer], _ body: (PlayedNode) async throws -> Void) async throws {
        let node = try await PlayedNode(answers)
        do {
            try await body(node)
        } catch {
            try? await node.channel.close()
            throw error
        }
        try await node.channel.close()
    }

    private init(_ answers: [String: Answer]) async throws {
        let notebook = Notebook(answers)
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Desk(notebook))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.notebook = notebook
    }
}

private final class Notebook: Sendable {
    let answers: [String: PlayedNode.Answer]
    let requests = Mutex<[String]>([])
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    init(_ answers: [String: PlayedNode.Answer]) {
        self.answers = answers
        (arrivals, arrived) = AsyncStream.makeStream()
    }

    /// Writes down what was asked, and says what to answer.
    func note(_ request: String) -> String {
        requests.withLock { $0.append(request) }
        arrived.yield()
        let target = request.split(separator: " ").dropFirst().first ?? ""
        let path = String(target.prefix { $0 != "?" })
        let answer = answers[path] ?? PlayedNode.Answer(status: 404, body: #"{"errcode":404,"errmsg":"nothing"}"#)
        return "HTTP/1.1 \(answer.status) -\r\nContent-Length: \(answer.body.utf8.count)\r\n"
            + "Content-Type: application/json\r\n\(answer.headers)\r\n\(answer.body)"
    }
}

private final class Desk: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let notebook: Notebook
    private var received = ""

    init(_ notebook: Notebook) { self.notebook = notebook }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let end = received.range(of: "\r\n\r\n") else { return }
        let length = received.firstMatch(of: /(?i)content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
        guard received[end.upperBound...].utf8.count >= length else { return }
        let channel = context.channel
        let answer = ByteBuffer(string: notebook.note(received))
        channel.writeAndFlush(answer).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
