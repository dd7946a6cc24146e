internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import Logging
internal import NIOCore

/// A request that is proven to come from another node, its body opened.
struct NodeRequest: Sendable {
    let head: NodeRequestHead
    let body: [UInt8]
    let parameters: @Sendable (Substring) -> String?
}

/// What is answered to another node; the body is sealed on its way out.
struct NodeAnswer: Sendable {
    var status: HTTPResponse.Status
    var body: [UInt8]

    /// An answer whose body is `document`.
    init(_ status: HTTPResponse.Status, _ document: some Encodable) throws {
        self.status = status
        body = try [UInt8](JSONEncoder().encode(document))
    }
}

/// Authenticates requests of other nodes, and signs what is replied to them.
///
/// A request without a right proof is answered 401 and told nothing. One with a right proof that is late, meant for
/// another incarnation or sent twice is answered 401 with a proven reason, which the asking node can show.
struct NodeAuthenticator: Sendable {
    let holder: LeaseHolder
    let secret: ClusterSecret
    let nonces = NonceCache()
    let log: RateLimitedLog
    /// Milliseconds since 1970, as this node believes.
    let clock: @Sendable () -> Int64

    /// Answers a request to a path for nodes by one of `methods`.
    func answer(
        _ request: Request, _ channel: any Channel, methods: [HTTPRequest.Method],
        _ handle: @escaping @Sendable (NodeRequest) async throws -> NodeAnswer
    ) async throws -> Response {
        let target = request.head.path ?? ""
        let head = NodeRequestHead(method: request.method.rawValue, target: target) { name in
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        guard let head, let proof = request.headers[.keeperMAC], let sealed = await body(of: request, channel),
            secret.isProof(proof, of: head.proven(with: sealed), .request)
        else { throw distrust("no proof that it comes from a node of this cluster") }

        if let objection = objection(to: head, methods) {
            log.warn("a node's request was refused: \(objection.reason)")
            return try response(NodeAnswer(objection.status, objection), to: head)
        }
        let opened = try secret.open(sealed, .request, nonce: head.nonce)
        let parameters = request.uri.queryParameters.map { (name: $0.key, value: String($0.value)) }
        let asked = NodeRequest(head: head, body: opened) { name in
            parameters.first { $0.name == name }?.value
        }
        let answer = try await whileConnected(channel.callerDisconnect()) { try await handle(asked) }
        return try response(answer, to: head)
    }

    private func body(of request: Request, _ channel: any Channel) async -> [UInt8]? {
        guard let bytes = try? await request.wholeBody(from: channel) else { return nil }
        return [UInt8](bytes.readableBytesView)
    }

    /// Why a request from the cluster is refused all the same.
    struct Objection: Codable {
        var code: Int
        var reason: String
        /// What time it is here, in milliseconds since 1970, if the request's time is what is wrong with it.
        var clock: Int64?
        /// Which node this is, if another one was meant.
        var holder: HolderMessage?

        init(
            _ status: HTTPResponse.Status, _ reason: String, clock: Int64? = nil, holder: HolderMessage? = nil
        ) {
            code = status.code
            self.reason = reason
            self.clock = clock
            self.holder = holder
        }

        var status: HTTPResponse.Status { .init(code: code) }
    }

    private func objection(to head: NodeRequestHead, _ methods: [HTTPRequest.Method]) -> Objection? {
        guard methods.map(\.rawValue).contains(head.method) else {
            return Objection(.methodNotAllowed, "wrong method")
        }
        guard head.recipient == holder.incarnation else {
            return Objection(
                .unauthorized, "it was meant for another start of a node", holder: HolderMessage(holder))
        }
        let here = clock()
        let lateness = Duration.milliseconds(here - head.time)
        guard (.zero - NodeRequestHead.window...NodeRequestHead.window).contains(lateness) else {
            return Objection(
                .unauthorized,
                "the clocks of the two nodes differ by \(abs(lateness.wholeSeconds)) s; "
                    + "at most \(NodeRequestHead.window.wholeSeconds) s are allowed",
                clock: here)
        }
        switch nonces.note(head.nonce, at: .now) {
        case .new: return nil
        case .known: return Objection(.unauthorized, "it was asked before")
        case .full: return Objection(.serviceUnavailable, "too many requests of nodes")
        }
    }

    private func response(_ answer: NodeAnswer, to head: NodeRequestHead) throws -> Response {
        let sealed = try secret.seal(answer.body, .reply, nonce: head.nonce)
        let proof = secret.proof(of: head.proven(status: answer.status.code, body: sealed), .reply)
        return Response(
            status: answer.status, headers: [.contentType: "application/octet-stream", .keeperMAC: proof],
            body: .init(byteBuffer: ByteBuffer(bytes: sealed)))
    }

    private func distrust(_ reason: String) -> RequestFailure {
        log.warn("a request to a path for nodes was refused: \(reason)")
        return RequestFailure(.unauthorized, "this path is for the nodes of the cluster alone")
    }
}
