internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One HTTP/1.1 connection, to this machine unless told otherwise, kept alive between questions, without any retry.
///
/// Its own few lines, so that the program's client is not judged by itself.
package struct Connection: ~Copyable {
    private typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, ByteBuffer>>
    private typealias Responses = NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    /// The address of this machine that no other can reach.
    package static let loopback = "127.0.0.1"

    private let channel: any NIOCore.Channel
    private let requests: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPRequestHead, ByteBuffer>>
    private var responses: Responses

    /// Runs `body` with a connection to `port`, which is closed afterwards.
    package static func open<Value: Sendable>(
        to port: Int, on host: String = Self.loopback,
        _ body: (inout Connection) async throws -> Value
    ) async throws -> Value {
        let channel: Channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(RequestParts())
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = Connection(
                channel: channel.channel, requests: outbound, responses: inbound.makeAsyncIterator())
            return try await body(&connection)
        }
    }

    /// Asks and waits for the whole answer.
    package mutating func ask(_ question: Question, within limit: Duration = .seconds(30)) async throws -> Answer {
        let channel = channel
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { channel.close(promise: nil) }
        defer { timer.cancel() }
        var head = HTTPRequestHead(version: .http1_1, method: question.method, uri: question.path)
        head.headers.add(name: "Host", value: "localhost")
        if let key = question.key { head.headers.add(name: "Authorization", value: "Bearer \(key)") }
        let body = question.body.map { ByteBuffer(string: $0) }
        if let body {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: "\(body.readableBytes)")
        }
        try await requests.write(contentsOf: [.head(head)] + (body.map { [.body($0)] } ?? []) + [.end(nil)])
        return try await answer()
    }

    private mutating func answer() async throws -> Answer {
        var answer: Answer?
        var body = ByteBuffer()
        while let part = try await responses.next(isolation: #isolation) {
            switch part {
            case .head(let head): answer = Answer(status: Int(head.status.code), headers: head.headers, body: "")
            case .body(let bytes): body.writeImmutableBuffer(bytes)
            case .end:
                guard var answer else { throw NoAnswer() }
                answer.body = String(buffer: body)
                return answer
            }
        }
        throw NoAnswer()
    }
}

/// Asks one question on a connection of its own.
package func ask(
    _ port: Int, on host: String = Connection.loopback, _ question: Question, within limit: Duration = .seconds(30)
) async throws -> Answer {
    try await Connection.open(to: port, on: host) { connection in try await connection.ask(question, within: limit) }
}

/// Requests whose body is a buffer, as the codec wants them.
private final class RequestParts: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPRequestHead, ByteBuffer>
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPClientRequestPart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
