import HTTPTypes
import Hummingbird
import HummingbirdCore
import KeeperCore
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import KeeperHTTP

/// Whatever is sent, in whatever pieces: a connection that recognises requests by their bytes answers as one that
/// parses every one of them.
@Suite struct RepeatTests {
    /// One connection up to where tasks would begin, and what stands in their place.
    struct Connection {
        let channel = EmbeddedChannel()
        let end = OrdinaryWay()
        let parsed = Counter()

        init(_ cache: ReadCache, recognises: Bool, among connections: Connections = RepeatTests.connections()) throws {
            let progress = connections.admit(channel)
            let decoder = RequestDecoder(limits: PipelineStart.limits)
            let (duties, reader) = (ProtocolHandler(decoder, node: NodeName("a")), ReadHandler(cache))
            let handlers = PipelineStart.handlers(decoder, duties, nil, progress)
            let operations = channel.pipeline.syncOperations
            if recognises {
                let repeats = RepeatHandler(progress, cache)
                repeats.stands(before: reader, duties)
                try operations.addHandler(repeats)
            }
            // Where reads are answered: before Hummingbird's own, which counts the requests that it gets.
            let state = HTTPConnectionStateHandler(logger: Logger(label: "test"))
            try operations.addHandlers(handlers + [parsed, reader, state, end])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        /// All that is answered to these pieces, without dates; and whether more would be read.
        func answers(to pieces: [String]) throws -> String {
            var text = ""
            for piece in pieces + [""] {
                if !piece.isEmpty { _ = try? channel.writeInbound(ByteBuffer(string: piece)) }
                while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            }
            return text.replacing(/Date: [^\r]+\r\n/, with: "") + (channel.isActive ? "" : "closed")
        }

        func finish() { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    /// Counts the requests that are parsed.
    final class Counter: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        private(set) var count = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .head = unwrapInboundIn(data) { count += 1 }
            context.fireChannelRead(data)
        }
    }

    /// Answers what comes to it with what it understood; `/early` before its end.
    final class OrdinaryWay: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        typealias OutboundOut = HTTPResponsePart

        private(set) var count = 0
        /// Whether answers wait until `answerAll`.
        var holds = false
        private var held: [(method: HTTPRequest.Method, text: String)] = []
        private var head: HTTPRequest?
        private var length = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                length = 0
                if head.path == "/early" { answer(head, context) }
            case .body(let part): length += part.readableBytes
            case .end:
                if let head, head.path != "/early" { answer(head, context) }
            }
        }

        private func answer(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
            count += 1
            held.append((head.method, "\(head.method) \(head.path ?? "") \(head.headerFields.count) \(length)"))
            if !holds { answerAll(context) }
        }

        func answerAll(_ context: ChannelHandlerContext) {
            // Each may let the next ones through.
            while !held.isEmpty {
                let (method, text) = held.removeFirst()
                let response = HTTPResponse(status: .ok, headerFields: [.contentLength: "\(text.utf8.count)"])
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                if method != .head { context.write(wrapOutboundOut(.body(ByteBuffer(string: text))), promise: nil) }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }

    static let known = "GET /token HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer shop-key\r\n\r\n"
    static let stable: String = {
        let body = #"{"grant_type":"client_credential","appid":"wx1","secret":"shop-key"}"#
        return "POST /cgi-bin/stable_token HTTP/1.1\r\nHost: n\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
    }()

    /// Requests, halves of requests, and requests inside of others.
    private static let fragments: [String] = [
        known, known, known, stable, stable, stable, stable,
        "GET /token?appid=wx1 HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer two-key\r\n\r\n",
        "GET /cgi-bin/token?grant_type=client_credential&appid=wx1&secret=shop-key HTTP/1.1\r\nHost: n\r\n\r\n",
        "GET /token HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer nobody\r\n\r\n",
        "GET /token HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer shop-key\r\nConnection: close\r\n\r\n",
        "GET /token HTTP/1.0\r\nAuthorization: Bearer shop-key\r\n\r\n",
        "GET /token HTTP/1.1\nHost: n\nAuthorization: Bearer shop-key\n\n",
        "HEAD /token HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer shop-key\r\n\r\n",
        known.replacing("\r\n\r\n", with: "\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
        known.replacing("\r\n\r\n", with: "\r\nContent-Length: 2\r\n\r\n{}"),
        known.replacing("\r\n\r\n", with: "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        "POST /x HTTP/1.1\r\nHost: n\r\nContent-Length: \(known.utf8.count)\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: n\r\nContent-Length: \(2 * known.utf8.count)\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: n\r\nContent-Length: \(known.utf8.count + 4)\r\n\r\n\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /early HTTP/1.1\r\nHost: n\r\nContent-Length: \(known.utf8.count)\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: n\r\nExpect: 100-continue\r\nContent-Length: \(known.utf8.count)\r\n\r\n",
        String(known.utf8.count, radix: 16) + "\r\n", "\r\n0\r\n\r\n", "\r\n", "\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: n\r\nX-Inside: ", "GET /x HTTP/1.1\r\nHost: n\r\n", String(known.dropLast(2)),
        String(known.prefix(9)), "GET /x HTTP/1.1\r\nHost: n\r\n\r\n", "NONSENSE\r\n\r\n",
    ]

    /// A stream, in pieces as it might come.
    private static func pieces(_ random: inout SplitMix64) -> [String] {
        var parts = (0..<Int.random(in: 1...10, using: &random)).map { _ in fragments.randomElement(using: &random)! }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            var pieces: [String] = []
            for piece in parts.flatMap({ Bool.random(using: &random) ? [$0] : bodyApart($0, &random) }) {
                if !pieces.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
                    pieces[pieces.count - 1] += piece
                } else {
                    pieces.append(piece)
                }
            }
            return pieces
        case 1: return [parts.joined()]
        case 2:
            // Two or three in one piece.
            let cut = Int.random(in: 0...parts.count, using: &random)
            let rest = parts[cut...].joined()
            parts.removeSubrange(cut...)
            return parts + (rest.isEmpty ? [] : [rest])
        default:
            var text = parts.joined()[...]
            var pieces: [String] = []
            while !text.isEmpty {
                pieces.append(String(text.prefix(Int.random(in: 1...120, using: &random))))
                text = text.dropFirst(pieces[pieces.count - 1].count)
            }
            return pieces
        }
    }

    /// The head of a request, and its body on its own, as many clients send it; at times that in two pieces.
    private static func bodyApart(_ text: String, _ random: inout SplitMix64) -> [String] {
        guard let end = text.firstRange(of: "\r\n\r\n")?.upperBound else { return [text] }
        let body = text[end...]
        let first = Bool.random(using: &random) ? body.count : Int.random(in: 0...body.count, using: &random)
        return [text[..<end], body.prefix(first), body.dropFirst(first)].filter { !$0.isEmpty }.map { String($0) }
    }

    static func connections(most: Int = 1) -> Connections {
        Connections(most: most, log: RateLimitedLog(Logger(label: "test")))
    }

    static func source(_ provider: FakeProvider) throws -> ReadSource {
        let server = try World.server(provider)
        return ReadSource(
            provider: provider, registry: server.registry, node: NodeName("a"), reader: server.application.responder)
    }

    @Test func requestsThatAlwaysComeTogether_AreLearnedToo() throws {
        let connection = try Connection(ReadCache(Self.source(.withToken())), recognises: true)
        defer { connection.finish() }
        let together = String(repeating: Self.known, count: 5)
        for _ in 0..<3 { #expect(try connection.answers(to: [together]).matches(of: /TOKEN/).count == 5) }
        let before = connection.parsed.count
        #expect(try connection.answers(to: [together]).matches(of: /TOKEN/).count == 5)
        #expect(connection.parsed.count == before)
    }

    @Test func answerUnderWay_IsNotOvertaken() throws {
        let connection = try Connection(ReadCache(Self.source(.withToken())), recognises: true)
        defer { connection.finish() }
        for _ in 0..<3 { #expect(try connection.answers(to: [Self.known]).contains("TOKEN")) }
        connection.end.holds = true
        let other = "GET /x HTTP/1.1\r\nHost: n\r\n\r\n"
        #expect(try connection.answers(to: [other, Self.known]) == "")
        connection.end.answerAll(try connection.channel.pipeline.syncOperations.context(handler: connection.end))
        #expect(
            try connection.answers(to: []).hasSuffix(
                "GET /x 0 0HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nGET /token 1 0"))
    }

    /// What waits in the gate may end with the head of a request that is answered before its body comes.
    @Test func bodyBehindManyRequests_IsNoRequest() throws {
        let connection = try Connection(ReadCache(Self.source(.withToken())), recognises: true)
        defer { connection.finish() }
        for _ in 0..<3 { #expect(try connection.answers(to: [Self.known]).contains("TOKEN")) }
        #expect(connection.end.count == 0)
        connection.end.holds = true
        let ahead = String(repeating: "GET /x HTTP/1.1\r\nHost: n\r\n\r\n", count: 40)
        let head = "POST /early HTTP/1.1\r\nHost: n\r\nContent-Length: \(Self.known.utf8.count)\r\n\r\n"
        #expect(try connection.answers(to: [ahead + head]) == "")
        connection.end.holds = false
        connection.end.answerAll(try connection.channel.pipeline.syncOperations.context(handler: connection.end))
        #expect(try connection.answers(to: []).hasSuffix("POST /early 1 0"))
        #expect(try connection.answers(to: [Self.known]) == "", "it is the body")
        #expect(try connection.answers(to: [Self.known]).contains("TOKEN"))
        #expect(connection.end.count == 41)
    }

    /// The end of a body and the request behind it, in one piece, are not the bytes of one request: where a request
    /// does begin, they may be the head of quite another.
    @Test(arguments: ["GET /x HTTP/1.1\r\nHost: n\r\nX-A: ", "POST /x HTTP/1.1\r\nContent-Length: 5\r\nX-A: ", "{"])
    func endOfABodyBeforeARequest_TeachesNothing(body: String) throws {
        let (fast, slow) = try (ReadCache(Self.source(.withToken())), ReadCache(Self.source(.withToken())))
        let head = "POST /early HTTP/1.1\r\nHost: n\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        for _ in 0..<3 {
            let connection = try Connection(fast, recognises: true)
            #expect(try connection.answers(to: [head]).hasSuffix("POST /early 1 0"))
            #expect(try connection.answers(to: [body + Self.known]).contains("TOKEN"))
            connection.finish()
        }
        for pieces in [[body + Self.known + "hello"], [body + Self.known, "hello"]] {
            let both = try (Connection(fast, recognises: true), Connection(slow, recognises: false))
            #expect(try both.0.answers(to: pieces) == both.1.answers(to: pieces))
            both.0.finish()
            both.1.finish()
        }
    }

    @Test func everyStream_IsAnsweredAsIfEachRequestWereParsed() throws {
        let provider = FakeProvider.withToken()
        provider.change { $0.lasts = .seconds(3600) }
        let source = try Self.source(provider)
        let (fast, slow) = (ReadCache(source), ReadCache(source))
        var random = SplitMix64(seed: 12)
        var recognised = 0
        for stream in 0..<3000 {
            let pieces = Self.pieces(&random)
            let both = try (Connection(fast, recognises: true), Connection(slow, recognises: false))
            defer {
                both.0.finish()
                both.1.finish()
            }
            let first = try both.0.answers(to: pieces)
            let second = try both.1.answers(to: pieces)
            recognised += both.1.parsed.count - both.0.parsed.count
            try #require(first == second, "stream \(stream): \(pieces)")
            try #require(both.0.end.count == both.1.end.count, "stream \(stream): \(pieces)")
        }
        // Else it is nothing that was compared.
        #expect(recognised > 800, "\(recognised) requests were recognised")
    }
}
