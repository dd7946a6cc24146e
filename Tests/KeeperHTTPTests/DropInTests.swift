import HTTPTypes
import Hummingbird
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// WeChat's own paths: HTTP 200 whatever comes, WeChat's codes, and a caller who proves itself by `secret`.
@Suite struct DropInTests {
    private let apps = [
        KnownApp(id: AppID("wx1"), secret: KeyDigest(of: "app-secret")), KnownApp(id: AppID("wx2")),
        KnownApp(id: AppID("ww1-1"), corporation: "ww1"), KnownApp(id: AppID("ww1-2"), corporation: "ww1"),
    ]

    private func provider() -> FakeProvider {
        let provider = FakeProvider.withToken()
        provider.change { state in
            state.readings[AppID("ww1-1")] = .token(
                ServedCredential(credential: .example("ww1-1", token: "CORP")), expiresIn: 100, isStale: false)
            state.readings[AppID("wx1#jsapi")] = .token(
                ServedCredential(credential: .example("wx1#jsapi", token: "TICKET")), expiresIn: 200, isStale: false)
        }
        return provider
    }

    private func ask(_ uri: String, to provider: FakeProvider? = nil) async throws -> Reply {
        let reply = try await (provider ?? self.provider()).ask(.get, uri, known: apps)
        #expect(reply.status == 200)
        return reply
    }

    @Test(arguments: ["/cgi-bin/token", "/token"], ["shop-key", "app-secret"])
    func token_IsAnsweredAsWeChatDoes(path: String, secret: String) async throws {
        let reply = try await ask("\(path)?grant_type=client_credential&appid=wx1&secret=\(secret)")
        #expect(reply.text == #"{"access_token":"TOKEN","expires_in":3599}"#)
        #expect(reply.header("X-Wxkeeper-Epoch") == "7")
    }

    @Test(arguments: [
        ("grant_type=client_credential&secret=shop-key", 41_002),
        ("grant_type=client_credential&appid=wx9&secret=shop-key", 40_013),
        ("grant_type=client_credential&appid=wx1%23jsapi&secret=admin-key", 40_013),
        ("grant_type=other&appid=wx1&secret=shop-key", 40_002), ("appid=wx1&secret=shop-key", 40_002),
        ("grant_type=client_credential&appid=wx1", 41_004),
        ("grant_type=client_credential&appid=wx1&secret=wrong", 40_125),
        ("grant_type=client_credential&appid=wx2&secret=shop-key", 40_125),
        ("grant_type=client_credential&appid=wx2&secret=app-secret", 40_125),
        ("grant_type=client_credential&appid=wx1&secret=operator-key", 40_125),
        ("grant_type=client_credential&appid=wx2&secret=two-key", -1),
    ])
    func refusal_HasWeChatsCode(query: String, errcode: Int) async throws {
        let reply = try await ask("/cgi-bin/token?\(query)")
        #expect(try reply.int("errcode") == errcode)
        #expect(!reply.text.contains("TOKEN") && !reply.text.contains("secret=") && !reply.text.contains("-key"))
    }

    @Test func withAKeyOfOurs_TokenIsOurOwnPath() async throws {
        let reply = try await provider().ask(.get, "/token?appid=wx1&secret=x", as: "shop", known: apps)
        #expect(try reply.string("appid") == "wx1")
        #expect(try await provider().ask(.get, "/token?appid=wx1", known: apps).status == 401)
    }

    private func stable(
        _ body: String, method: HTTPRequest.Method = .post, to provider: FakeProvider
    ) async throws -> Reply {
        let reply = try await provider.ask(method, "/cgi-bin/stable_token", body: body, known: apps)
        #expect(reply.status == 200)
        return reply
    }

    private func body(_ secret: String, force: Bool) -> String {
        #"{"grant_type":"client_credential","appid":"wx1","secret":"\#(secret)","force_refresh":\#(force)}"#
    }

    @Test func stableToken_IsTheCachedOne() async throws {
        let provider = provider()
        let reply = try await stable(body("reader-key", force: false), to: provider)
        #expect(reply.text == #"{"access_token":"TOKEN","expires_in":3599}"#)
        #expect(provider.asked.isEmpty)
    }

    @Test func forcedRefresh_IsAReportOfTheCurrentToken() async throws {
        let provider = provider()
        provider.change {
            $0.answer = .token(
                credential: ServedCredential(credential: .example(token: "NEW")), previous: [], refreshed: true,
                stillValid: false)
        }
        let reply = try await stable(body("shop-key", force: true), to: provider)
        #expect(try reply.string("access_token") == "NEW")
        #expect(provider.asked == [.init(app: AppID("wx1"), reason: .refused(Token("TOKEN")), isForwarded: false)])
    }

    @Test func forcedRefresh_NeedsItsScope() async throws {
        let provider = provider()
        #expect(try await stable(body("reader-key", force: true), to: provider).int("errcode") == 48_001)
        #expect(provider.asked.isEmpty)
    }

    @Test(arguments: [
        (RefreshAnswer.tooSoon(retryAfter: .seconds(9)), 45_011),
        (.refused(trouble: Trouble(errcode: 40_164, summary: "not listed"), retryAfter: .seconds(9)), 40_164),
        (.unavailable(reason: .noLeader, retryAfter: .seconds(9)), -1), (.notLeader(nil), -1),
    ])
    func failedRefresh_HasWeChatsCode(answer: RefreshAnswer, errcode: Int) async throws {
        let provider = provider()
        provider.change { $0.answer = answer }
        #expect(try await stable(body("shop-key", force: true), to: provider).int("errcode") == errcode)
    }

    @Test(arguments: [("", 44_002), ("[]", 47_001), ("{", 47_001), ("{}", 41_002)])
    func brokenBody_HasWeChatsCode(body: String, errcode: Int) async throws {
        #expect(try await stable(body, to: provider()).int("errcode") == errcode)
    }

    @Test func overlongBody_IsRefused() async throws {
        let body = #"{"appid":"\#(String(repeating: "a", count: Request.longestBody))"}"#
        #expect(try await stable(body, to: provider()).int("errcode") == 47_001)
    }

    @Test func wrongMethod_HasWeChatsCode() async throws {
        #expect(try await stable("", method: .get, to: provider()).int("errcode") == 43_002)
        for method in [HTTPRequest.Method.put, .delete, .patch] {
            let reply = try await provider().ask(method, "/cgi-bin/token", body: "{}", known: apps)
            #expect(try reply.int("errcode") == 43_001)
        }
    }

    @Test(arguments: [
        ("corpid=ww1&corpsecret=corp-key", 0), ("corpid=ww2&corpsecret=corp-key", 40_013),
        ("corpid=ww1", 41_004), ("corpid=ww1&corpsecret=wrong", 40_001), ("corpid=ww1&corpsecret=admin-key", 40_001),
    ])
    func corporationToken_IsOfTheOneApplicationTheKeyMayUse(query: String, errcode: Int) async throws {
        let reply = try await ask("/cgi-bin/gettoken?\(query)")
        #expect(try reply.int("errcode") == errcode)
        guard errcode == 0 else { return }
        #expect(reply.text == #"{"errcode":0,"errmsg":"ok","access_token":"CORP","expires_in":100}"#)
    }

    @Test(arguments: [
        ("access_token=TOKEN&type=jsapi", 0), ("access_token=OTHER&type=jsapi", 40_001), ("type=jsapi", 41_001),
        ("access_token=TOKEN&type=x", 40_097), ("access_token=TOKEN&type=wx_card", 40_097),
    ])
    func ticket_IsForWhoHoldsATokenOfOurs(query: String, errcode: Int) async throws {
        let reply = try await ask("/cgi-bin/ticket/getticket?\(query)")
        #expect(try reply.int("errcode") == errcode)
        guard errcode == 0 else { return }
        #expect(reply.text == #"{"errcode":0,"errmsg":"ok","ticket":"TICKET","expires_in":200}"#)
    }
}
