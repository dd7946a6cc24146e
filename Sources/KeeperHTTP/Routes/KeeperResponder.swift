internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import Logging
internal import NIOHTTP1
internal import Synchronization

/// Answers every request: finds who asks before it looks at what is asked, and turns every failure into an answer.
///
/// No error leaves it. What went wrong on our side is logged once, by the kind of error alone, since its words may hold
/// what must not be seen.
struct KeeperResponder: HTTPResponder {
    typealias Context = KeeperContext

    /// A longer path with its query is refused.
    static let longestTarget = 4096

    let node: NodeName
    let registry: AccessRegistry
    let authenticator: NodeAuthenticator
    let endpoints: [String: Endpoint]
    let dropIns: [String: DropInPath]
    let draining: DrainingFlag
    let logger: Logger

    func respond(to request: Request, context: KeeperContext) async throws -> Response {
        let path = path(of: request)
        var response: Response
        do {
            response = try await answer(request, at: path, context)
        } catch let failure as RequestFailure {
            response = failure.response
        } catch let failure as DropInFailure {
            response = failure.response
        } catch is HTTPParserError {
            response = RequestFailure(.badRequest, "the body breaks off, or is no HTTP").response
        } catch is CancellationError {
            response = RequestFailure(.serviceUnavailable, "given up", retryAfter: .seconds(1)).response
        } catch {
            logger.error(
                "answering failed",
                metadata: ["http.path": "\(knownPath(path))", "error.type": "\(type(of: error))"])
            response = RequestFailure.internalError.response
        }
        finish(&response, to: request, at: path)
        return response
    }

    /// The path that is meant: the one asked for, or one of ours that it is another spelling of.
    private func path(of request: Request) -> String {
        let path = request.uri.path
        guard endpoints[path] == nil, dropIns[path] == nil, let other = PathSpelling.usual(path) else { return path }
        return dropIns[other] != nil || endpoints[other]?.hasOtherSpellings == true ? other : path
    }

    private func answer(
        _ request: Request, at path: String, _ context: KeeperContext
    ) async throws -> Response {
        guard request.head.path?.utf8.count ?? 0 <= Self.longestTarget else {
            throw RequestFailure(.uriTooLong, "the path and query are longer than \(Self.longestTarget) bytes")
        }
        // A question about the server as a whole, which every server answers and which tells nothing.
        if path == "*" { return Response(status: .ok, headers: [.allow: "GET, HEAD, POST, OPTIONS"]) }
        if let handle = dropIns[path]?.handler(of: request) { return try await handle(request, context.channel) }
        let endpoint = endpoints[path]
        switch endpoint {
        case .open(let handle):
            guard endpoint?.answers(request.method) == true else { throw notAllowed(endpoint) }
            return try await handle()
        case .node(let method, let handle):
            return try await authenticator.answer(request, context.channel, method: method, handle)
        case .client, nil:
            let entries = registry.entries
            let client = try caller(of: request, among: entries.clients)
            guard case .client(_, let scope, let handle) = endpoint else {
                throw RequestFailure(.notFound, "there is nothing at this path")
            }
            guard endpoint?.answers(request.method) == true else { throw notAllowed(endpoint) }
            guard client.scopes.contains(scope) else { throw RequestFailure.lacks(scope) }
            guard request.method != .post || !request.borrowsKeyForAnotherSite else {
                throw RequestFailure(.forbidden, "a page of another site may not use the key that a browser keeps")
            }
            return try await handle(
                ClientRequest(client: client, registry: entries, request: request, channel: context.channel))
        }
    }

    private func caller(
        of request: Request, among clients: ClientDirectory
    ) throws(RequestFailure) -> Client {
        guard let authorization = request.headers[.authorization],
            let client = clients.client(presenting: authorization)
        else { throw .unauthorized }
        return client
    }

    private func notAllowed(_ endpoint: Endpoint?) -> RequestFailure {
        RequestFailure(
            .methodNotAllowed, "this path does not answer that method", headers: [.allow: endpoint?.allow ?? ""])
    }

    /// What every answer carries.
    private func finish(_ response: inout Response, to request: Request, at path: String) {
        response.headers[.keeperNode] = node.rawValue
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        if draining.isSet { response.headers[.connection] = "close" }
        if request.method == .head {
            response = response.createHeadResponse()
        } else if request.method == .options, case .open = endpoints[path] {
            response.headers[.allow] = "GET, HEAD, OPTIONS"
            response.headers[.contentType] = nil
            response.body = .init()
        }
    }

    /// The path, if it is one of ours: a foreign one may hold anything.
    private func knownPath(_ path: String) -> String {
        endpoints[path] == nil && dropIns[path] == nil ? "other" : path
    }
}

/// Whether the node is on its way out, so that callers should not keep their connections.
final class DrainingFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set(_ isDraining: Bool) { flag.store(isDraining, ordering: .relaxed) }
}
