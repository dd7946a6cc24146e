internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts

/// `GET /ticket`, and the signatures that are made with tickets: `GET /jssdk/config`, `GET /card/signature`.
struct TicketEndpoints: Sendable {
    /// A longer URL of a page is refused.
    static let longestURL = 2048
    /// A longer part of a card's signature is refused.
    static let longestCardField = 128

    let provider: any CredentialProvider

    /// Which ticket is read.
    func read(_ request: ClientRequest) throws(RequestFailure) -> CredentialRead {
        let (type, app) = try wanted(request)
        return CredentialRead(type, of: app, .ticket)
    }

    /// The cached ticket.
    func ticket(_ request: ClientRequest) throws(RequestFailure) -> Response {
        let (type, app) = try wanted(request)
        let read = CredentialRead(type, of: app, .ticket)
        let reading = provider.read(read.credential)
        if let answer = read.response(telling: reading) { return answer.response }
        throw missing(type, of: app, reading, for: request)
    }

    private func wanted(_ request: ClientRequest) throws(RequestFailure) -> (type: TicketType, app: AppID) {
        let app = try request.app(named: request.parameter("appid"))
        return (try type(request, default: nil), app)
    }

    /// What `wx.config` is given for a page; with `type=agent_config` what `wx.agentConfig` is given.
    func page(_ request: ClientRequest) throws -> Response {
        let app = try request.app(named: request.parameter("appid"))
        let url = try page(request.parameter("url"), of: app, for: request)
        let served = try ticket(try type(request, default: .jsapi), of: app, for: request)
        let (nonce, timestamp) = (Self.nonce(), Self.timestamp())
        var body = JSONBytes()
        body.write("appId", request.registry.apps[app]?.corporation ?? app.rawValue)
        body.write("timestamp", timestamp)
        body.write("nonceStr", nonce)
        body.write(
            "signature",
            JSSignature.page(url, ticket: served.credential.token, nonce: nonce, timestamp: timestamp))
        return Response(json: body.closed(), epoch: served.credential.epoch)
    }

    /// What `wx.addCard` is given for one card.
    func card(_ request: ClientRequest) throws -> Response {
        let app = try request.app(named: request.parameter("appid"))
        var values: [String] = []
        for name in ["card_id", "code", "openid"] as [Substring] {
            guard let value = try request.parameter(name), !value.isEmpty else { continue }
            guard value.utf8.count <= Self.longestCardField else {
                throw RequestFailure(.badRequest, "\(name) is longer than \(Self.longestCardField) bytes")
            }
            values.append(value)
        }
        let served = try ticket(.card, of: app, for: request)
        let (nonce, timestamp) = (Self.nonce(), Self.timestamp())
        var body = JSONBytes()
        body.write("timestamp", timestamp)
        body.write("nonce_str", nonce)
        body.write(
            "signature",
            JSSignature.card(values + [nonce, String(timestamp)], ticket: served.credential.token))
        return Response(json: body.closed(), epoch: served.credential.epoch)
    }

    /// What a signature is made with.
    private func ticket(
        _ type: TicketType, of app: AppID, for request: ClientRequest
    ) throws(RequestFailure) -> ServedCredential {
        let reading = provider.read(app.ticket(type))
        guard case .token(let served, _, _) = reading else { throw missing(type, of: app, reading, for: request) }
        return served
    }

    /// Why there is no such ticket.
    private func missing(
        _ type: TicketType, of app: AppID, _ reading: TokenReading, for request: ClientRequest
    ) -> RequestFailure {
        guard reading == .unknownApp else {
            return RequestFailure(
                .serviceUnavailable, "there is no valid ticket \(type.rawValue) of \(app) yet", retryAfter: .seconds(2))
        }
        guard request.registry.apps[app] != nil else { return .cannotUse(app, request.client) }
        return RequestFailure(
            .notFound, "this cluster does not keep the ticket \(type.rawValue) of \(app); see `tickets` of the app")
    }

    private func type(
        _ request: ClientRequest, default: TicketType?
    ) throws(RequestFailure) -> TicketType {
        guard let text = try request.parameter("type"), !text.isEmpty else {
            if let `default` { return `default` }
            throw RequestFailure(.badRequest, "type is missing: \(Self.types)")
        }
        guard let type = TicketType(rawValue: text) else {
            throw RequestFailure(.badRequest, "type is not one of \(Self.types)")
        }
        return type
    }

    private static let types = TicketType.allCases.map(\.rawValue).joined(separator: ", ")

    /// The URL of a page that may be signed.
    private func page(
        _ text: String?, of app: AppID, for request: ClientRequest
    ) throws(RequestFailure) -> String {
        guard let text, !text.isEmpty else {
            throw RequestFailure(.badRequest, "url is missing: the URL of the page, as its address bar shows it")
        }
        guard text.utf8.count <= Self.longestURL else {
            throw RequestFailure(.badRequest, "url is longer than \(Self.longestURL) bytes")
        }
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme else { throw RequestFailure(.badRequest, "url must begin with http:// or https://") }
        let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }.lowercased()
        // What a browser takes for the host ends at a backslash too, and begins after an `@`.
        guard !authority.isEmpty, !authority.contains(where: { "@\\".contains($0) }) else {
            throw RequestFailure(.badRequest, "url names no host, or a user before it")
        }
        let domains = request.registry.apps[app]?.jsDomains ?? []
        guard domains.isEmpty || domains.contains(authority) else {
            throw RequestFailure(.forbidden, "the pages of \(authority) are not among the js-domains of \(app)")
        }
        return text
    }

    /// 64 random bits.
    private static func nonce() -> String { String(UInt64.random(in: 1...UInt64.max), radix: 36) }

    private static func timestamp() -> Int64 { Int64(Date.now.timeIntervalSince1970) }
}
