import Foundation
import NIOCore
import NIOPosix
import Synchronization
import WeChatSimulator

/// A caller that shows everything a caller can see: bytes, a close, a reset, or nothing at all.
struct RawClient {
    let port: Int

    struct Reply: Sendable {
        var text = ""
        var ending = Ending.closed

        var status: Int? { text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } }
        var body: String { parts.count == 2 ? parts[1] : "" }
        var answer: Answer { Answer(body) }

        func header(_ name: String) -> String? {
            for line in parts[0].split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ") {
                return String(line.dropFirst(name.count + 2))
            }
            return nil
        }

        private var parts: [String] {
            guard let cut = text.firstRange(of: "\r\n\r\n") else { return [text] }
            return [String(text[..<cut.lowerBound]), String(text[cut.upperBound...])]
        }
    }

    enum Ending: Equatable {
        /// The server closed the connection.
        case closed
        /// A TCP reset.
        case reset
        /// The caller had waited, or read, enough.
        case gaveUp
    }

    func get(_ target: String, headers: [String] = []) async throws -> Reply {
        try await send("GET", target, headers: headers)
    }

    func post(_ target: String, _ body: String) async throws -> Reply {
        try await send("POST", target, headers: ["Content-Type: application/json"], body: body)
    }

    func send(
        _ method: String,
        _ target: String,
        headers: [String] = [],
        body: String = "",
        upTo limit: Int = .max,
        leavingWhen hasEnough: @escaping @Sendable () -> Bool = { false }
    ) async throws -> Reply {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        let length = method == "GET" ? [] : ["Content-Length: \(body.utf8.count)"]
        let request = (lines + length).joined(separator: "\r\n") + "\r\n\r\n" + body
        return try await exchange(request, upTo: limit, leavingWhen: hasEnough)
    }

    /// Writes these bytes and reads until the server closes, so much was read, the caller has enough, or 20 s are over.
    func exchange(
        _ request: String,
        upTo limit: Int = .max,
        leavingWhen hasEnough: @escaping @Sendable () -> Bool = { false }
    ) async throws -> Reply {
        let group = MultiThreadedEventLoopGroup.singleton
        let channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        let disconnect = CallerDisconnect()
        let deadline = NIODeadline.now() + .seconds(20)
        let interval = TimeAmount.milliseconds(2)
        let watch = channel.channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { watch in
            guard hasEnough() || NIODeadline.now() > deadline else { return }
            watch.cancel()
            disconnect.hasOccurred.withLock { $0 = true }
            channel.channel.close(promise: nil)
        }
        defer { watch.cancel() }
        return try await read(channel, request, upTo: limit, disconnect)
    }

    /// Whether the caller has closed the connection of its own accord.
    private final class CallerDisconnect: Sendable {
        let hasOccurred = Mutex(false)
    }

    private func read(
        _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ request: String,
        upTo limit: Int,
        _ disconnect: CallerDisconnect
    ) async throws -> Reply {
        var reply = Reply()
        var received = ByteBuffer()
        do {
            received = try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: request))
                var received = ByteBuffer()
                do {
                    for try await bytes in inbound {
                        received.writeImmutableBuffer(bytes)
                        if received.readableBytes >= limit { break }
                    }
                } catch let error as IOError where error.errnoCode == ECONNRESET {
                    reply.ending = .reset
                }
                return received
            }
        } catch is IOError {
            // Closing what the server has reset: known already.
        }
        reply.text = String(buffer: received)
        if received.readableBytes >= limit || disconnect.hasOccurred.withLock({ $0 }) { reply.ending = .gaveUp }
        return reply
    }
}
