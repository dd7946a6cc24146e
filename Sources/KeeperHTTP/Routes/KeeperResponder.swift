internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

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
    let routes: RouteTable
    /// Whether the node is on its way out, so that callers should not keep their connections.
    let isDraining: @Sendable () -> Bool
    let logger: Logger

    func respond(to request: Request, context: KeeperContext) async throws -> Response {
        let route = routes.route(at: request.uri.path)
        var response: Response
        do {
            response = try await answer(request, by: route, context.channel)
        } catch let failure as RequestFailure {
            response = failure.response
        } catch let failure as DropInFailure {
            response = failure.response
        } catch is HTTPParserError {
            response = RequestFailure(.badRequest, "the body breaks off, or is no HTTP").response
        } catch is CancellationError {
            response = RequestFailure(.serviceUnavailable, "given up", retryAfter: .seconds(1)).response
        } catch {
            // A path that is none of ours may hold anything.
            logger.error(
                "answering failed",
                metadata: ["http.path": "\(route?.path ?? "other")", "error.type": "\(type(of: error))"])
            response = RequestFailure.internalError.response
        }
        finish(&response, to: request, by: route)
        return response
    }

    private func answer(_ request: Request, by route: Route?, _ channel: any Channel) async throws -> Response {
        guard request.head.path?.utf8.count ?? 0 <= Self.longestTarget else {
            throw RequestFailure(.uriTooLong, "the path and query are longer than \(Self.longestTarget) bytes")
        }
        // A question about the server as a whole, which every server answers and which tells nothing.
        if request.uri.path == "*" { return Response(status: .ok, headers: [.allow: "GET, HEAD, POST, OPTIONS"]) }
        guard let route else {
            _ = try caller(of: request, among: registry.entries.clients)
            throw RequestFailure(.notFound, "there is nothing at this path")
        }
        switch route.access {
        case .anyone(let handle):
            try checkMethod(of: request, route)
            return try await handle()
        case .client(_, _, let dropIn?) where request.isPutAsToWeChat:
            return try await dropIn.answer(request, on: channel)
        case .client(let scope, let handle, _):
            return try await handle(admitted(request, by: route, scope, channel))
        case .node(let handle):
            return try await authenticator.answer(request, channel, methods: route.methods, handle)
        case .weChat(let dropIn):
            return try await dropIn.answer(request, on: channel)
        }
    }

    /// The request of a client that may make it.
    func admitted(
        _ request: Request, by route: Route, _ scope: Client.Scope, _ channel: any Channel
    ) throws(RequestFailure) -> ClientRequest {
        let entries = registry.entries
        let client = try caller(of: request, among: entries.clients)
        try checkMethod(of: request, route)
        guard client.scopes.contains(scope) else { throw .lacks(scope) }
        guard request.method != .post || !request.borrowsKeyForAnotherSite else {
            throw RequestFailure(.forbidden, "a page of another site may not use the key that a browser keeps")
        }
        return ClientRequest(client: client, registry: entries, request: request, channel: channel)
    }

    private func caller(
        of request: Request, among clients: ClientDirectory
    ) throws(RequestFailure) -> Client {
        guard let authorization = request.headers[.authorization],
            let client = clients.client(presenting: authorization)
        else { throw .unauthorized }
        return client
    }

    private func checkMethod(of request: Request, _ route: Route) throws(RequestFailure) {
        guard !route.methods.contains(request.method) else { return }
        throw RequestFailure(
            .methodNotAllowed, "this path does not answer that method", headers: [.allow: route.allow])
    }

    /// What every answer carries.
    private func finish(_ response: inout Response, to request: Request, by route: Route?) {
        response.addCommonHeaders(of: node)
        if isDraining() { response.headers[.connection] = "close" }
        if request.method == .head {
            response = response.createHeadResponse()
        } else if request.method == .options, let route, route.methods.contains(.options) {
            response.headers[.allow] = route.allow
            response.headers[.contentType] = nil
            response.body = .init()
        }
    }
}
