internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import NIOCore

/// A request of a client that is known and has the scope asked for.
struct ClientRequest: Sendable {
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
            return try await request.wholeBody(from: channel)
        } catch is NIOTooManyBytesError {
            throw RequestFailure(.contentTooLarge, "the body is longer than \(Request.longestBody) bytes")
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
