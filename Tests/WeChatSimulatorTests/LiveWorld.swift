import Logging
import WeChatSimulator

/// A simulator on a free port with one app, and a raw client for it.
struct LiveWorld {
    let server: WeChatSimulatorServer
    let client: RawClient

    static let tokenPath =
        "/cgi-bin/token?grant_type=client_credential&appid=\(World.appID)&secret=\(World.secret)"
    static let stablePath = "/cgi-bin/stable_token"
    static let stableBody =
        #"{"grant_type":"client_credential","appid":"\#(World.appID)","secret":"\#(World.secret)"}"#

    func fetch() async throws -> RawClient.Reply { try await client.get(Self.tokenPath) }

    /// A fetch whose caller leaves once its call has arrived, or has come so far.
    func fetchAndLeave(
        when hasCome: @escaping @Sendable (SimulatedWeChat.CallRecord) -> Bool = { _ in true }
    ) async throws -> RawClient.Reply {
        try await client.send("GET", Self.tokenPath) { [server] in server.calls().first.map(hasCome) ?? false }
    }

    func isAlive(_ token: String?) async throws -> Bool {
        try await client.get("/cgi-bin/get_api_domain_ip?access_token=\(token ?? "")").answer.errcode == nil
    }
}

/// Runs `body` against a live simulator, which is gone afterwards.
func withLiveWorld(
    tokenLength: Int = 136,
    allowList: [String] = [],
    _ body: (LiveWorld) async throws -> Void
) async throws {
    let app = try SimulatedApp(
        appID: World.appID,
        secret: World.secret,
        tokenLength: tokenLength,
        allowList: allowList
    )
    let configuration = WeChatSimulatorServer.Configuration(apps: [app], timing: try .init())
    try await WeChatSimulatorServer.withSimulator(configuration, logger: quietLogger) { server in
        try await body(LiveWorld(server: server, client: RawClient(port: try await server.port)))
    }
}

var quietLogger: Logger { Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() } }
