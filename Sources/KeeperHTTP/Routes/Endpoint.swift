internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import NIOCore

/// What stands behind one path: who may ask, how, and who answers.
enum Endpoint: Sendable {
    /// Anyone, by GET, HEAD or OPTIONS; all three answer with the same status.
    case open(@Sendable () async throws -> Response)
    /// A client with this scope, by this method (and HEAD, where that is GET).
    case client(HTTPRequest.Method, Client.Scope, @Sendable (ClientRequest) async throws -> Response)
    /// A node of this cluster, by this method.
    case node(HTTPRequest.Method, @Sendable (NodeRequest) async throws -> NodeAnswer)

    /// The methods it answers, in the form of an `Allow` header.
    var allow: String {
        switch self {
        case .open: "GET, HEAD, OPTIONS"
        case .client(.get, _, _): "GET, HEAD"
        case .client(let method, _, _), .node(let method, _): method.rawValue
        }
    }

    func answers(_ method: HTTPRequest.Method) -> Bool {
        switch self {
        case .open: method == .get || method == .head || method == .options
        case .client(.get, _, _): method == .get || method == .head
        case .client(let own, _, _), .node(let own, _): method == own
        }
    }

    /// Whether it is found by other spellings of its path too.
    ///
    /// Not what operators and nodes ask, nor what tells of the cluster: a proxy may keep callers away from their paths,
    /// which it compares letter by letter.
    var hasOtherSpellings: Bool {
        switch self {
        case .open: true
        case .client(_, let scope, _): scope == .read || scope == .refresh
        case .node: false
        }
    }
}

/// What stands behind a path of WeChat's own, which asks for no key of ours before it looks at the request.
enum DropInPath: Sendable {
    typealias Handler = @Sendable (Request, any Channel) async throws -> Response

    /// Whatever is asked.
    case always(Handler)
    /// Only what comes without an `Authorization` and with a `secret`: a path that is also our own.
    case ifAskedAsWeChatIs(Handler)

    /// Who answers this request, if anybody.
    func handler(of request: Request) -> Handler? {
        switch self {
        case .always(let handle): handle
        case .ifAskedAsWeChatIs(let handle):
            request.headers[.authorization] == nil && request.uri.queryParameters["secret"] != nil ? handle : nil
        }
    }
}

/// A request of a client that is known and has the scope asked for.
struct ClientRequest: Sendable {
    /// A longer body is refused.
    static let longestBody = 16 * 1024

    /// Who asks.
    let client: Client
    /// Who may ask and what about, as it was when this was asked.
    let registry: AccessRegistry.Entries
    /// The request as it came.
    let request: Request
    /// The connection it came on.
    let channel: any Channel

    /// The value of a query parameter; nil if it is not there.
    func parameter(_ name: Substring) throws(RequestFailure) -> String? {
        let values = request.uri.queryParameters[values: name]
        guard values.count <= 1 else { throw RequestFailure(.badRequest, "\(name) is given more than once") }
        return values.first.map(String.init)
    }

    /// The body, if it is not too long.
    func body() async throws -> ByteBuffer {
        do {
            return try await request.wholeBody(upTo: Self.longestBody, from: channel)
        } catch is NIOTooManyBytesError {
            throw RequestFailure(.contentTooLarge, "the body is longer than \(Self.longestBody) bytes")
        }
    }

    /// The app that is meant, which the caller may use: the one named, or the caller's only one.
    func app(named name: String?) throws(RequestFailure) -> AppID {
        if let name, !name.isEmpty {
            let app = AppID(name)
            guard client.mayUse(app), !app.isTicket else { throw .cannotUse(app, client) }
            return app
        }
        guard let app = registry.clients.onlyApp(of: client) else {
            throw RequestFailure(.badRequest, "appid is missing: this key may use more than one app, or none")
        }
        return app
    }
}
