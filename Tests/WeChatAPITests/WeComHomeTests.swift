import CurlClient
import KeeperCore
import KeeperPorts
import Testing
import WeChatAPI

/// WeChat and WeCom are two houses: no token and no secret of one is shown at the other's door.
@Suite struct WeComHomeTests {
    private let app = AppID("wx1")
    private let application = AppID("ww1-1")
    private let good = #"{"errcode":0,"errmsg":"ok","access_token":"T-1","ticket":"K-1","expires_in":7200}"#

    /// Runs `body` with an API, and the two it speaks to.
    private func withTwoHouses(
        _ body: (WeChatAPI, _ wechat: StubWeChat, _ wecom: StubWeChat) async throws -> Void
    ) async throws {
        try await StubWeChat.with(answer(good)) { wechat in
            try await StubWeChat.with(answer(good)) { wecom in
                let api = WeChatAPI(
                    client: CurlClient(), base: try WeChatBaseURL("http://127.0.0.1:\(wechat.port)"),
                    wecom: try WeChatBaseURL("http://127.0.0.1:\(wecom.port)"),
                    accounts: [
                        app: .app(AppSecret("app-secret")), application: .wecom(corporation: "ww1", AppSecret("s-1")),
                    ])
                try await body(api, wechat, wecom)
            }
        }
    }

    private var soon: ContinuousClock.Instant { .now + .seconds(20) }

    @Test func everyCallOfAnApplication_GoesToWeCom() async throws {
        try await withTwoHouses { api, wechat, wecom in
            let token = await api.fetch(application, .wecom, before: soon) { true }
            #expect(token == .issued(token: Token("T-1"), life: .seconds(7200)))
            #expect(await api.probe(application, Token("T-1"), before: soon) { true } == .alive)
            for type in [TicketType.jsapi, .agent] {
                let ticket = await api.fetchTicket(type, of: application, with: Token("T-1"), before: soon) { true }
                #expect(ticket == .issued(token: Token("K-1"), life: .seconds(7200)))
            }
            #expect(wecom.requests.count == 4 && wechat.requests.isEmpty)
        }
    }

    @Test func everyCallOfAnApp_GoesToWeChat() async throws {
        try await withTwoHouses { api, wechat, wecom in
            for kind in [CallKind.classic, .stable, .stableForced] {
                let token = await api.fetch(app, kind, before: soon) { true }
                #expect(token == .issued(token: Token("T-1"), life: .seconds(7200)))
            }
            #expect(await api.probe(app, Token("T-1"), before: soon) { true } == .alive)
            let ticket = await api.fetchTicket(.card, of: app, with: Token("T-1"), before: soon) { true }
            #expect(ticket == .issued(token: Token("K-1"), life: .seconds(7200)))
            #expect(wechat.requests.count == 5 && wecom.requests.isEmpty)
        }
    }

    /// Of an app that is kept no more only the token is known; it is WeChat's until somebody says otherwise.
    @Test func accounts_AreThoseOfTheLastConfiguration() async throws {
        try await withTwoHouses { api, wechat, wecom in
            api.configure([application: .wecom(corporation: "ww2", AppSecret("s-2"))])
            let gone = await api.fetch(app, .classic, before: soon) { true }
            #expect(gone == .notSent(Trouble(summary: "no secret is configured for wx1")))
            _ = await api.fetch(application, .wecom, before: soon) { true }
            #expect(wecom.requests.first?.hasPrefix("GET /cgi-bin/gettoken?corpid=ww2&corpsecret=s-2 ") == true)
            #expect(wechat.requests.isEmpty)
        }
    }

    /// WeChat names a few hundred addresses; a list that was cut off would make a living token's answer one of no use.
    @Test func longListOfAddresses_IsReadToItsEnd() async throws {
        let list = (0..<5000).map { "\"101.226.\($0 / 250).\($0 % 250)\"" }.joined(separator: ",")
        let text = "{\"ip_list\":[\(list)]}"
        #expect(text.utf8.count > 64 * 1024)
        try await StubWeChat.with(answer(text)) { wechat in
            let api = WeChatAPI(
                client: CurlClient(), base: try WeChatBaseURL("http://127.0.0.1:\(wechat.port)"),
                accounts: [app: .app(AppSecret("app-secret"))])
            #expect(await api.probe(app, Token("T-1"), before: soon) { true } == .alive)
        }
    }
}
