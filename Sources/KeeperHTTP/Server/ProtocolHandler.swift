internal import Foundation
internal import HTTPTypes
internal import KeeperCore
internal import NIOCore
internal import NIOHTTP1

/// Stands behind the HTTP decoder in each connection's pipeline, and sees to the duties of RFC 9110 and 9112 that the
/// framework leaves to the server.
///
/// A head that breaks a rule is answered here and reaches nobody else. `Conversation` decides; this obeys. A connection
/// is ended by halves: what was sent is followed by the end of our side, and what the caller still sends is thrown away
/// for a moment. A connection closed at once would be reset, and the answer lost on its way.
final class ProtocolHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a caller that was told the end may take to notice.
    static let lingering: TimeAmount = .seconds(2)

    private let decoder: RequestDecoder
    private let node: NodeName
    private var conversation = Conversation()
    /// Whether the parts that go out belong to an answer that the caller waits for.
    private var isAnswering = false
    private var closing: Scheduled<Void>?

    /// Whether nothing that comes is looked at any more.
    var isOver: Bool { conversation.isOver }

    init(_ decoder: RequestDecoder, node: NodeName) {
        self.decoder = decoder
        self.node = node
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !conversation.isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            let isHead = head.method == .HEAD
            do throws(RequestFailure) {
                conversation.begin(try RequestTraits(&head))
                context.fireChannelRead(wrapInboundOut(.head(head)))
            } catch {
                obey(conversation.refuse(.init(failure: error, isHead: isHead)), context)
            }
        case .body:
            conversation.bodyArrived()
            context.fireChannelRead(data)
        case .end:
            if conversation.received() { decoder.hasStopped = true }
            context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            switch conversation.broke(.init(failure: RequestFailure(breaking: error))) {
            case .some(let next): obey(next, context)
            case nil: context.fireErrorCaught(error)
            }
        case ByteToMessageDecoderError.dataReceivedInErrorState: break
        default: context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if closing != nil, case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        closing?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { closing?.cancel() }

    // MARK: What goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code < 200:
            guard conversation.wantsBody() else {
                promise?.succeed()
                return
            }
            context.write(data, promise: promise)
        case .head(var head):
            let isLast = head.headers[canonicalForm: "connection"].contains("close")
            let ends = conversation.answer(isLast: isLast)
            isAnswering = ends != nil
            if ends == true { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            pass(wrapOutboundOut(.head(head)), context, promise)
        case .body:
            pass(data, context, promise)
        case .end where isAnswering:
            isAnswering = false
            let next = conversation.answered()
            if case .end = next { return end(with: data, context, promise) }
            context.write(data, promise: promise)
            obey(next, context)
        case .end:
            promise?.succeed()
        }
    }

    /// Sends a part on, unless it belongs to an answer for which nobody waits.
    private func pass(_ part: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        if isAnswering { context.write(part, promise: promise) } else { promise?.succeed() }
    }

    private func obey(_ next: Conversation.Next, _ context: ChannelHandlerContext) {
        switch next {
        case .goOn: break
        case .end: linger(context)
        case .refuse(let refusal):
            let (head, body) = refusal.failure.message(from: node)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !refusal.isHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
            end(with: wrapOutboundOut(.end(nil)), context, nil)
        }
    }

    /// Sends the end of the last answer, and when it is on its way closes our side.
    private func end(with part: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let sent = promise ?? context.eventLoop.makePromise()
        context.writeAndFlush(part, promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.linger(context) }
    }

    private func linger(_ context: ChannelHandlerContext) {
        guard closing == nil, context.channel.isActive else { return }
        closing = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { context.close(promise: nil) }
        // With the caller's side closed already, this closes both.
        context.close(mode: .output, promise: nil)
    }
}

extension RequestFailure {
    /// What a message that is no HTTP is answered.
    fileprivate init(breaking error: HTTPParserError) {
        self =
            switch error {
            case .headerOverflow:
                RequestFailure(
                    .requestHeaderFieldsTooLarge, "the target, a header or all of them are too long, or too many")
            // Where HTTP/2 begins without asking, its first line is taken for one of HTTP/1.
            case .invalidVersion, .paused:
                RequestFailure(
                    .httpVersionNotSupported, "this server speaks HTTP/1.1, in lines that end with CR and LF")
            case .invalidMethod: RequestFailure(.notImplemented, "no such method is known")
            default: RequestFailure(.badRequest, "this breaks the rules of HTTP")
            }
    }

    /// The whole answer, where no `Response` would reach the caller.
    fileprivate func message(from node: NodeName) -> (head: HTTPResponseHead, body: ByteBuffer) {
        let body = body
        var fields: HTTPHeaders = [
            "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)", "Connection": "close",
            "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Wxkeeper-Node": node.rawValue,
            "Date": HTTPDate.words(for: .now),
        ]
        fields.add(contentsOf: headers.map { ($0.name.rawName, $0.value) })
        let status = HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase)
        return (HTTPResponseHead(version: .http1_1, status: status, headers: fields), body)
    }
}
