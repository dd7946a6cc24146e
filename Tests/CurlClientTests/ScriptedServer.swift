import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on a free port of 127.0.0.1 that reads each request to its end and then follows its script.
final class ScriptedServer: Sendable {
    enum Script: Sendable {
        /// Writes this and closes.
        case answer(String)
        /// Writes this and keeps the connection, saying no more.
        case answerAndHang(String)
        /// Reads and says nothing.
        case hang
        /// Closes without a byte.
        case close
        /// Sends a TCP reset.
        case reset
        /// Says 200 and goes on with chunks for as long as somebody reads.
        case endless
        /// Keeps every connection waiting until this many requests are there, then answers all of them.
        case gather(Int)
    }

    let port: Int
    /// Each request as it came, head and body.
    let requests: AsyncStream<String>
    private let tally: Tally
    private let channel: any Channel

    /// How many complete requests have arrived.
    var requestCount: Int { tally.count.withLock { $0 } }

    /// Runs `body` while the server listens; afterwards it is gone.
    static func with<T>(_ script: Script, _ body: (ScriptedServer) async throws -> T) async throws -> T {
        let server = try await ScriptedServer(script)
        do {
            let result = try await body(server)
            try await server.channel.close()
            return result
        } catch {
            try? await server.channel.close()
            throw error
        }
    }

    private init(_ script: Script) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let hall = WaitingHall()
        let tally = Tally()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        ScriptHandler(script, hall) { request in
                            tally.count.withLock { $0 += 1 }
                            continuation.yield(request)
                        }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        requests = stream
        self.tally = tally
    }

    /// Returns when the next request has arrived.
    func nextRequest() async -> String? {
        var iterator = requests.makeAsyncIterator()
        return await iterator.next()
    }
}

private final class Tally: Sendable {
    let count = Mutex(0)
}

/// Connections that wait until all are there.
private final class WaitingHall: Sendable {
    private let waiting = Mutex<[any Channel]>([])

    /// All who waited, once `count` have entered; else nobody.
    func enter(_ channel: any Channel, until count: Int) -> [any Channel] {
        waiting.withLock { waiting in
            waiting.append(channel)
            guard waiting.count >= count else { return [] }
            defer { waiting.removeAll() }
            return waiting
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: ScriptedServer.Script
    private let hall: WaitingHall
    private let report: @Sendable (String) -> Void
    private var received = ""

    init(_ script: ScriptedServer.Script, _ hall: WaitingHall, _ report: @escaping @Sendable (String) -> Void) {
        self.script = script
        self.hall = hall
        self.report = report
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let head = received.firstRange(of: "\r\n\r\n") else { return }
        guard received[head.upperBound...].utf8.count >= announcedLength else { return }
        let request = received
        received = ""
        report(request)
        act(context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private var announcedLength: Int {
        let line = received.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        return line.flatMap { Int($0.drop { !$0.isNumber }) } ?? 0
    }

    private func act(_ channel: any Channel) {
        switch script {
        case .answer(let text): Self.write(text, thenClose: channel)
        case .answerAndHang(let text): channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        case .hang: break
        case .close: channel.close(promise: nil)
        case .reset:
            (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                .whenComplete { _ in channel.close(promise: nil) }
        case .endless:
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            channel.write(ByteBuffer(string: head), promise: nil)
            Self.writeForever(channel)
        case .gather(let count):
            for waiter in hall.enter(channel, until: count) { Self.write(okay, thenClose: waiter) }
        }
    }

    private static func write(_ text: String, thenClose channel: any Channel) {
        channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
    }

    private static func writeForever(_ channel: any Channel) {
        let chunk = "4000\r\n\(String(repeating: "x", count: 0x4000))\r\n"
        channel.writeAndFlush(ByteBuffer(string: chunk)).whenSuccess { writeForever(channel) }
    }
}

/// The plainest good answer.
let okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: Plain \r\n\r\nok"
