internal import HTTPTypes
internal import Hummingbird

/// One path, and all that the server knows of it: how it is asked, who may ask, what it takes, and what answers.
///
/// An endpoint is added by one value of this in `KeeperServer+Routes.swift`, and described in `docs/openapi.yaml` and
/// `docs/api.md`. A handler gets a request only after `KeeperResponder` has checked what is said here, and throws a
/// `RequestFailure` for whatever it refuses itself. No body is longer than `Request.longestBody`.
struct Route: Sendable {
    /// The path as the documentation writes it.
    let path: String
    /// The methods it answers; a request by another one is refused.
    let methods: [HTTPRequest.Method]
    /// Who may ask, and what answers.
    let access: Access
    /// Which credential a client's request reads; nil on a path where more than that is asked.
    var reads: (@Sendable (ClientRequest) throws -> CredentialRead)?

    /// Who may ask, with the handler that answers.
    enum Access: Sendable {
        /// Anyone, without a key.
        case anyone(@Sendable () async throws -> Response)
        /// A client with this scope. A request that is put as to WeChat goes to `asWeChat` instead, if there is one.
        case client(Client.Scope, @Sendable (ClientRequest) async throws -> Response, asWeChat: DropIn?)
        /// A node of this cluster.
        case node(@Sendable (NodeRequest) async throws -> NodeAnswer)
        /// A program that takes us for WeChat, and proves itself by a field of its request.
        case weChat(DropIn)
    }

    /// The methods in the form of an `Allow` header.
    var allow: String { methods.map(\.rawValue).joined(separator: ", ") }

    /// Whether it is found by other spellings of its path too.
    ///
    /// Not what operators and nodes ask, nor what tells of the cluster: a proxy may keep callers away from their paths,
    /// which it compares letter by letter.
    var hasOtherSpellings: Bool {
        switch access {
        case .anyone, .weChat: true
        case .client(let scope, _, _): scope == .read || scope == .refresh
        case .node: false
        }
    }
}

extension Route {
    /// A path that anyone may ask, by GET, HEAD or OPTIONS; all three answer with the same status.
    static func open(_ path: String, _ handle: @escaping @Sendable () async throws -> Response) -> Route {
        Route(path: path, methods: [.get, .head, .options], access: .anyone(handle))
    }

    /// A path for clients with a scope, whose handler looks at no body; GET includes HEAD.
    static func client(
        _ method: HTTPRequest.Method, _ path: String, _ scope: Client.Scope, asWeChat dropIn: DropIn? = nil,
        _ handle: @escaping @Sendable (ClientRequest) async throws -> Response
    ) -> Route {
        Route(
            path: path, methods: method == .get ? [.get, .head] : [method],
            access: .client(scope, handle, asWeChat: dropIn))
    }

    /// A path by which clients read a credential.
    static func reading(
        _ path: String, asWeChat dropIn: DropIn? = nil,
        _ read: @escaping @Sendable (ClientRequest) throws -> CredentialRead,
        _ handle: @escaping @Sendable (ClientRequest) async throws -> Response
    ) -> Route {
        var route = Route.client(.get, path, .read, asWeChat: dropIn, handle)
        route.reads = read
        return route
    }

    /// A path for clients with a scope, whose handler gets the body as `form` understands it.
    static func client<Fields: Decodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ scope: Client.Scope, body form: JSONForm<Fields>,
        _ handle: @escaping @Sendable (ClientRequest, Fields) async throws -> Response
    ) -> Route {
        .client(method, path, scope) { request in
            try await handle(request, form.fields(in: await request.body()))
        }
    }

    /// A path for the nodes of this cluster.
    static func node(
        _ method: HTTPRequest.Method, _ path: String,
        _ handle: @escaping @Sendable (NodeRequest) async throws -> NodeAnswer
    ) -> Route {
        Route(path: path, methods: [method], access: .node(handle))
    }

    /// A path of WeChat's own.
    static func weChat(_ path: String, _ dropIn: DropIn) -> Route {
        Route(path: path, methods: dropIn.form.methods, access: .weChat(dropIn))
    }
}
