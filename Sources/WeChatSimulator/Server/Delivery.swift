internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Brings one call's answer to its caller, in the shape its fault wants.
///
/// The end of a call is noted just *before* its last byte is handed to the connection: so a caller that reads the
/// answer and calls again is never seen to overlap with itself.
struct Delivery {
    let call: SimulatedWeChat.OpenCall
    let channel: any Channel
    let state: SimulatorState

    /// Why no answer was given, or only half of one.
    struct NoAnswer: Error {}

    /// Throws when there shall be no answer; the connection is closed then.
    func response() async throws -> Response {
        do {
            return try await plannedResponse()
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private func plannedResponse() async throws -> Response {
        // A caller that leaves does not stop this: WeChat processes what it has received.
        try await pause(call.fault?.delayBefore ?? .zero)
        let reply = state.step { machine, now in machine.process(call, at: now) }
        if let delay = call.fault?.delayAfter, delay > .zero { try await pauseWhileCallerStays(delay) }

        switch call.fault?.kind {
        case nil, .delay, .error, .expiresIn, .emptyToken: return whole(reply.body)
        case .hang, .lostAnswer: try await pauseWhileCallerStays(nil)
        case .resetBefore, .resetAfter: try await reset()
        case .html: return whole(Self.page, type: "text/html")
        case .status(let code): return whole(Self.page, status: .init(code: code), type: "text/html")
        case .empty: return whole("")
        case .truncated: return truncated(reply.body)
        case .drip(let interval): return dripping(reply.body, every: interval)
        case .huge(let bytes): return huge(reply.body, bytes: bytes)
        }
        throw NoAnswer()
    }

    private static let page = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n"
}

// MARK: Shapes

extension Delivery {
    private func whole(
        _ body: String,
        status: HTTPResponse.Status = .ok,
        type: String = "application/json; encoding=utf-8"
    ) -> Response {
        let bytes = ByteBuffer(string: body)
        return response(status: status, type: type, length: bytes.readableBytes) { writer in
            finish(.answered)
            try await writer.write(bytes)
        }
    }

    private func truncated(_ body: String) -> Response {
        let length = body.utf8.count
        return response(length: length) { writer in
            finish(.cut)
            try await writer.write(ByteBuffer(bytes: body.utf8.prefix(length / 2)))
            throw NoAnswer()
        }
    }

    private func dripping(_ body: String, every interval: Duration) -> Response {
        response(length: body.utf8.count) { writer in
            var left = body.utf8.count
            for byte in body.utf8 {
                try await pause(interval)
                left -= 1
                if left == 0 { finish(.answered) }
                try await writer.write(ByteBuffer(bytes: CollectionOfOne(byte)))
            }
        }
    }

    /// The answer with a field of padding, chunk by chunk, as fast as the caller reads.
    private func huge(_ body: String, bytes: Int) -> Response {
        response(length: nil) { writer in
            try await writer.write(ByteBuffer(string: body.dropLast() + #","padding":""#))
            let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 * 1024)
            for _ in 0..<bytes / chunk.readableBytes {
                try await writer.write(chunk)
                // The writer holds back only once the loop has seen what was written; without a turn of the loop
                // all chunks would be taken at once.
                try await channel.eventLoop.submit {}.get()
            }
            finish(.answered)
            try await writer.write(ByteBuffer(string: #""}"#))
        }
    }

    private func response(
        status: HTTPResponse.Status = .ok,
        type: String = "application/json; encoding=utf-8",
        length: Int?,
        _ write: @escaping @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        let body = ResponseBody(contentLength: length) { writer in
            do {
                try await write(&writer)
                try await writer.finish(nil)
            } catch {
                finish(.abandoned)
                throw error
            }
        }
        return Response(status: status, headers: [.contentType: type], body: body)
    }

    private func finish(_ ending: SimulatedWeChat.Ending) {
        state.step { machine, now in machine.finish(call.sequence, as: ending, at: now) }
    }
}

// MARK: Waiting and leaving

extension Delivery {
    /// A linger time of zero turns closing into a TCP reset.
    private func reset() async throws {
        finish(.reset)
        if let options = channel as? any SocketOptionProvider {
            try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close()
    }

    /// Throws when the server stops first.
    private func pause(_ duration: Duration) async throws {
        guard duration > .zero else { return }
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    }

    /// Throws when the caller leaves or the server stops first; nil waits for that.
    private func pauseWhileCallerStays(_ duration: Duration?) async throws {
        let channel = channel
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    await callerLeft(channel)
                    throw NoAnswer()
                }
                if let duration { group.addTask { try await Task.sleep(for: duration) } }
                try await group.next()
            }
        }
    }
}

/// Returns when the connection is gone, or the task is cancelled.
private func callerLeft(_ channel: any Channel) async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    channel.closeFuture.whenComplete { _ in continuation.finish() }
    for await _ in stream {}
}
