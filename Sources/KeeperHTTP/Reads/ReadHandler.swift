internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Stands behind the HTTP codec in each connection's pipeline, and answers reads on the event loop: no task, no actor.
///
/// A request that it does not answer goes on untouched; so does every one that comes while another is being answered,
/// for answers must not overtake each other.
final class ReadHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A longer body is not waited for here: no request for a token needs one, and one may wait on every connection.
    static let longestBody = 1024

    /// What has come since the connection's first handler looked; see `RepeatHandler`.
    struct Arrival {
        /// How many requests began.
        var requests = 0
        /// How much came of the body of the last one, or of one that had begun before.
        var bodyLength = 0
        /// What it read, if it was answered here and the connection goes on.
        var read: CredentialRead?
    }

    /// A request that may turn out to be a read.
    private struct Held {
        var head: HTTPRequest
        var body: ByteBuffer?
    }

    let cache: ReadCache
    var arrival = Arrival()
    private var held: Held?
    /// Requests that went on and are not answered.
    private var others = 0
    private var isFlushDue = false

    init(_ cache: ReadCache) { self.cache = cache }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            arrival.requests += 1
            arrival.bodyLength = 0
            arrival.read = nil
            // A caller that does not take its answers waits where the ordinary way makes it wait.
            guard others == 0, mayRead(head), context.channel.isWritable else { return pass(data, context) }
            held = Held(head: head)
        case .body(var part):
            arrival.bodyLength += part.readableBytes
            guard held != nil else { return context.fireChannelRead(data) }
            if held?.body?.writeBuffer(&part) == nil { held?.body = part }
        case .end:
            guard let request = held else { return context.fireChannelRead(data) }
            guard let read = cache.reader.read(request.head, request.body, on: context.channel),
                let answer = cache.answer(to: read)
            else {
                letGo(context)
                return context.fireChannelRead(data)
            }
            held = nil
            // The end of a connection is no part of the bytes that another answer would repeat.
            if request.head.headerFields[.connection] != "close" { arrival.read = read }
            send(answer, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isFlushDue { context.flush() }
        isFlushDue = false
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Hummingbird closes a connection on which nothing is asked, and is to know that something is.
        if event is ChannelShouldQuiesceEvent { letGo(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        letGo(context)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        letGo(context)
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { others -= 1 }
        context.write(data, promise: promise)
    }

    /// Whether a request can be a read, as far as its head tells.
    private func mayRead(_ head: HTTPRequest) -> Bool {
        let fields = head.headerFields
        guard fields[.transferEncoding] == nil, fields[.expect] == nil else { return false }
        let length = fields[.contentLength].map { Int($0) ?? .max } ?? 0
        switch head.method {
        case .get: return length == 0
        case .post: return length <= Self.longestBody && cache.reader.mayReadByBody(head)
        default: return false
        }
    }

    private func send(_ answer: ReadAnswer, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        isFlushDue = true
    }

    /// Sends on what was held: it is no read.
    private func letGo(_ context: ChannelHandlerContext) {
        guard let request = held else { return }
        held = nil
        pass(wrapInboundOut(.head(request.head)), context)
        if let body = request.body { context.fireChannelRead(wrapInboundOut(.body(body))) }
    }

    private func pass(_ head: NIOAny, _ context: ChannelHandlerContext) {
        others += 1
        context.fireChannelRead(head)
    }
}
