import Foundation
import NIOCore
import NIOPosix

/// A connection on which a test says what it likes, byte for byte.
struct Wire: ~Copyable {
    private let channel: any Channel
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received = ""

    /// Runs `body` with a connection to `port`.
    ///
    /// After `limit` it is closed, so that nobody waits for ever.
    /// - Parameter receiveBuffer: how much the kernel takes for us before it is read, in bytes.
    static func open<Value: Sendable>(
        to port: Int, receiveBuffer: Int? = nil, within limit: TimeAmount = .seconds(10),
        _ body: (inout Wire) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        let limit = channel.channel.eventLoop.scheduleTask(in: limit) {
            channel.channel.close(promise: nil)
        }
        defer { limit.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            var wire = Wire(channel: channel.channel, outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&wire)
        }
    }

    private init(
        channel: any Channel, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
        self.channel = channel
        self.outbound = outbound
        self.inbound = inbound
    }

    /// Sends `text` as it is.
    func say(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Sends `text` in parts of so many bytes.
    func say(_ text: String, inPartsOf count: Int) async throws {
        var rest = ByteBuffer(string: text)
        while let part = rest.readSlice(length: min(count, max(1, rest.readableBytes))), part.readableBytes > 0 {
            try await outbound.write(part)
        }
    }

    /// Says that nothing more follows.
    func endSending() { outbound.finish() }

    /// The next answer; nil when the connection ends instead.
    /// - Parameter hasBody: false if it answers a HEAD.
    mutating func answer(hasBody: Bool = true) async throws -> WireAnswer? {
        while !received.contains("\r\n\r\n") {
            guard try await more() else { return nil }
        }
        let lines = received[..<received.range(of: "\r\n\r\n")!.lowerBound].split(separator: "\r\n")
        received.removeSubrange(..<received.range(of: "\r\n\r\n")!.upperBound)
        var answer = WireAnswer(lines.map(String.init))
        let length = hasBody ? answer["Content-Length"].flatMap { Int($0) } ?? 0 : 0
        while received.utf8.count < length {
            guard try await more() else { return nil }
        }
        answer.body = String(received.utf8.prefix(length)) ?? ""
        received = String(received.utf8.dropFirst(length)) ?? ""
        return answer
    }

    /// All that comes until the connection ends.
    mutating func rest() async throws -> String {
        while try await more() {}
        defer { received = "" }
        return received
    }

    /// Whether nothing more comes, and our side may close too.
    mutating func hasEnded() async throws -> Bool {
        guard received.isEmpty else { return false }
        return try await !more()
    }

    private mutating func more() async throws -> Bool {
        guard let bytes = try await inbound.next(isolation: #isolation) else { return false }
        received += String(buffer: bytes)
        return true
    }
}

/// An answer as it came.
struct WireAnswer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    var body = ""

    fileprivate init(_ lines: [String]) {
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count < 2 ? "" : String(parts[1].drop { $0 == " " }))
        }
    }

    subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
