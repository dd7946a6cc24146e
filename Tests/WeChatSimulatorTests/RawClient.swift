import Foundation
import NIOCore
import NIOPosix
import Testing
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

    func get(_ target: String, headers: [String] = [], within time: TimeAmount = .seconds(20)) async throws -> Reply {
        try await send("GET", target, headers: headers, within: time)
    }

    func post(_ target: String, _ body: String, within time: TimeAmount = .seconds(20)) async throws -> Reply {
        try await send("POST", target, headers: ["Content-Type: application/json"], body: body, within: time)
    }

    func send(
        _ method: String,
        _ target: String,
        headers: [String] = [],
        body: String = "",
        within time: TimeAmount = .seconds(20),
        upTo limit: Int = .max
    ) async throws -> Reply {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        let length = method == "GET" ? [] : ["Content-Length: \(body.utf8.count)"]
        let request = (lines + length).joined(separator: "\r\n") + "\r\n\r\n" + body
        return try await exchange(request, within: time, upTo: limit)
    }

    /// Writes these bytes and reads until the server closes, the time is over or the limit is reached.
    func exchange(_ request: String, within time: TimeAmount, upTo limit: Int = .max) async throws -> Reply {
        let group = MultiThreadedEventLoopGroup.singleton
        let channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        let alarm = channel.channel.eventLoop.scheduleTask(in: time) { channel.channel.close(promise: nil) }
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
        if received.readableBytes >= limit { reply.ending = .gaveUp }
        // An alarm that cannot be taken back has rung.
        do {
            alarm.cancel()
            try await alarm.futureResult.get()
            reply.ending = .gaveUp
        } catch {}
        return reply
    }
}

/// Asks again and again until the condition holds, for at most ten seconds.
func eventually(_ what: Comment, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    while try !condition() {
        try #require(ContinuousClock.now < deadline, what)
        try await loop.scheduleTask(in: .milliseconds(5)) {}.futureResult.get()
    }
}
