import CurlClient
import KeeperCore
import KeeperPorts
import Testing
import WeChatAPI

/// Tickets and WeCom: which path is asked, and what each answer means.
@Suite struct TicketCallTests {
    private let app = AppID("wx1")
    private let application = AppID("ww1-1")
    private let client = CurlClient()

    private func api(port: Int) throws -> some CredentialSource {
        WeChatAPI(
            client: client, base: try WeChatBaseURL("http://127.0.0.1:\(port)"),
            accounts: [app: .app(AppSecret("app-secret")), application: .wecom(corporation: "ww1", AppSecret("s/1"))])
    }

    private func ticket(_ type: TicketType, of app: AppID, from port: Int) async throws -> CallOutcome {
        try await api(port: port).fetchTicket(type, of: app, with: Token("T+1"), before: .now + .seconds(20)) { true }
    }

    @Test(arguments: [
        (AppID("wx1"), TicketType.jsapi, "/cgi-bin/ticket/getticket?access_token=T%2B1&type=jsapi"),
        (AppID("wx1"), .card, "/cgi-bin/ticket/getticket?access_token=T%2B1&type=wx_card"),
        (AppID("ww1-1"), .jsapi, "/cgi-bin/get_jsapi_ticket?access_token=T%2B1"),
        (AppID("ww1-1"), .agent, "/cgi-bin/ticket/get?access_token=T%2B1&type=agent_config"),
    ])
    func ticket_IsAskedForAtItsPath(of app: AppID, type: TicketType, target: String) async throws {
        try await StubWeChat.with(answer(#"{"errcode":0,"errmsg":"ok","ticket":"K-1","expires_in":7200}"#)) { stub in
            let outcome = try await ticket(type, of: app, from: stub.port)
            #expect(outcome == .issued(token: Token("K-1"), life: .seconds(7200)))
            #expect(stub.requests.first?.hasPrefix("GET \(target) HTTP/1.1\r\n") == true)
        }
    }

    /// Where a token is asked for, 40001 speaks of the secret and stops everything; here it speaks of the token.
    @Test(arguments: [40_001, 40_014, 42_001])
    func deadToken_IsNoReasonToStop(errcode: Int) async throws {
        let text = #"{"errcode":\#(errcode),"errmsg":"invalid credential T+1 rid: a-b-c"}"#
        try await StubWeChat.with(answer(text)) { stub in
            guard case .refused(let refusal) = try await ticket(.jsapi, of: app, from: stub.port) else {
                Issue.record("not a refusal")
                return
            }
            #expect(refusal.reaction == .backOff && refusal.trouble.errcode == errcode)
            #expect(!"\(refusal)".contains("T+1"))
        }
    }

    @Test func quotaOfTickets_IsWaitedOut() async throws {
        try await StubWeChat.with(answer(#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#)) { stub in
            guard case .refused(let refusal) = try await ticket(.jsapi, of: app, from: stub.port) else {
                Issue.record("not a refusal")
                return
            }
            #expect(refusal.reaction == .pause(for: .seconds(3600)))
        }
    }

    @Test(arguments: [
        #"{"errcode":0,"errmsg":"ok","access_token":"K-1","expires_in":7200}"#,
        #"{"errcode":0,"errmsg":"ok","ticket":"","expires_in":7200}"#,
        #"{"errcode":0,"errmsg":"ok","ticket":"K-1","expires_in":0}"#, #"{"ticket":7,"expires_in":7200}"#,
    ])
    func answerWithoutAGoodTicket_IsUnknown(text: String) async throws {
        try await StubWeChat.with(answer(text)) { stub in
            guard case .unknown = try await ticket(.jsapi, of: app, from: stub.port) else {
                Issue.record("not unknown")
                return
            }
        }
    }

    @Test func wecomToken_IsAskedForWithCorporationAndSecret() async throws {
        let good = #"{"errcode":0,"errmsg":"ok","access_token":"C-1","expires_in":7200}"#
        try await StubWeChat.with(answer(good)) { stub in
            let outcome = try await api(port: stub.port).fetch(
                application, .wecom, before: .now + .seconds(20)
            ) { true }
            #expect(outcome == .issued(token: Token("C-1"), life: .seconds(7200)))
            let line = "GET /cgi-bin/gettoken?corpid=ww1&corpsecret=s%2F1 HTTP/1.1\r\n"
            #expect(stub.requests.first?.hasPrefix(line) == true)
        }
    }

    @Test func untrustedAddressAtWeCom_IsAReasonForAnotherNode() async throws {
        let text =
            #"{"errcode":60020,"errmsg":"not allow to access from your ip, hint: [1], from ip: 9.30.0.138, more info"}"#
        try await StubWeChat.with(answer(text)) { stub in
            guard case .refused(let refusal) = try await ticket(.jsapi, of: application, from: stub.port) else {
                Issue.record("not a refusal")
                return
            }
            #expect(refusal.trouble.contact == .shutOut && refusal.trouble.summary.contains("9.30.0.138"))
        }
    }
}
