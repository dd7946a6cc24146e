internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// WeChat's endpoints: reads a request as WeChat does and has it answered, or not, as the machine says.
struct WeChatRoutes {
    let state: SimulatorState
    let openCalls: OpenCalls

    /// Bodies above this are refused with HTTP 413.
    static let bodyLimit = 64 * 1024

    func add(to router: Router<SimulatorContext>) {
        for method in [HTTPRequest.Method.get, .post, .put, .delete] {
            router.on("cgi-bin/token", method: method) { request, context in
                let fields = Fields(query: request)
                return try await respond(
                    method == .get
                        ? .token(fields.credentials) : .malformed(.token, .getRequired),
                    to: request,
                    context
                )
            }
            router.on("cgi-bin/stable_token", method: method) { request, context in
                let bytes = try await request.body.collect(upTo: Self.bodyLimit)
                return try await respond(
                    method == .post
                        ? stableToken(bytes) : .malformed(.stableToken, .postRequired),
                    to: request,
                    context
                )
            }
        }
        router.get("cgi-bin/get_api_domain_ip") { request, context in
            try await respond(.domainIP(accessToken: request.field("access_token")), to: request, context)
        }
        addTickets(to: router)
        addWeCom(to: router)
    }

    private func addTickets(to router: Router<SimulatorContext>) {
        router.get("cgi-bin/ticket/getticket") { request, context in
            let (token, type) = (request.field("access_token"), request.field("type"))
            return try await respond(.ticket(accessToken: token, type: type), to: request, context)
        }
        router.get("cgi-bin/get_jsapi_ticket") { request, context in
            try await respond(.corporationTicket(accessToken: request.field("access_token")), to: request, context)
        }
        router.get("cgi-bin/ticket/get") { request, context in
            let (token, type) = (request.field("access_token"), request.field("type"))
            return try await respond(.agentTicket(accessToken: token, type: type), to: request, context)
        }
    }

    private func addWeCom(to router: Router<SimulatorContext>) {
        router.get("cgi-bin/gettoken") { request, context in
            let credentials = SimulatedWeChat.WeComCredentials(
                corporation: request.field("corpid"),
                secret: request.field("corpsecret")
            )
            return try await respond(.weComToken(credentials), to: request, context)
        }
    }

    private func respond(
        _ question: SimulatedWeChat.Request,
        to request: Request,
        _ context: SimulatorContext
    ) async throws -> Response {
        let address = context.channel.remoteAddress?.ipAddress ?? "unknown"
        let caller = SimulatedWeChat.Caller(
            // A socket that listens on `::` sees IPv4 callers so.
            address: address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address,
            node: request.headers[.wxkeeperNode],
            epoch: request.headers[.wxkeeperEpoch],
            debug: request.field("debug")
        )
        let call = state.step { machine, now in machine.arrive(question, from: caller, at: now) }
        openCalls.opened(call.sequence, on: context.channel)
        return try await Delivery(call: call, channel: context.channel, state: state).response()
    }

    /// Fields anywhere but in a JSON body are not seen; without a body the appid is missing.
    private func stableToken(_ bytes: ByteBuffer) -> SimulatedWeChat.Request {
        if bytes.readableBytes == 0 { return .malformed(.stableToken, .appIDMissing) }
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes.readableBytesView)) else {
            return .malformed(.stableToken, .malformedJSON)
        }
        return .stableToken(fields.credentials, forceRefresh: fields.force_refresh ?? false)
    }
}

/// The fields of a fetch, by WeChat's names.
private struct Fields: Decodable {
    var appid: String?
    var secret: String?
    var grant_type: String?
    var force_refresh: Bool?

    init(query request: Request) {
        appid = request.field("appid")
        secret = request.field("secret")
        grant_type = request.field("grant_type")
    }

    var credentials: SimulatedWeChat.Credentials {
        .init(appID: appid, secret: secret, grantType: grant_type)
    }
}

extension Request {
    fileprivate func field(_ name: Substring) -> String? { uri.queryParameters[name].map(String.init) }
}

extension HTTPField.Name {
    fileprivate static let wxkeeperNode = Self("X-Wxkeeper-Node")!
    fileprivate static let wxkeeperEpoch = Self("X-Wxkeeper-Epoch")!
}
