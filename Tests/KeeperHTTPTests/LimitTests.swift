import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// What is just short enough is taken, and one byte more is refused; and what every answer carries.
@Suite struct LimitTests {
    private func provider() -> FakeProvider {
        let provider = FakeProvider.withToken()
        provider.change { state in
            for type in ["jsapi", "wx_card", "agent_config"] {
                let served = ServedCredential(credential: .example("wx1#\(type)", token: "TICKET"))
                state.readings[AppID("wx1#\(type)")] = .token(served, expiresIn: 599, isStale: false)
            }
            state.answer = .tooSoon(retryAfter: .seconds(1))
        }
        return provider
    }

    private func x(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test(arguments: [(2048, 200), (2049, 400)]) func urlOfAPage_HasALimit(length: Int, status: Int) async throws {
        let url = "https://a/" + x(length - 10)
        let reply = try await provider().ask(.get, "/jssdk/config?appid=wx1&url=\(url)", as: "shop")
        #expect(reply.status == status)
    }

    @Test(arguments: ["card_id", "code", "openid"], [(128, 200), (129, 400)])
    func partOfACardsSignature_HasALimit(name: String, limit: (length: Int, status: Int)) async throws {
        let uri = "/card/signature?appid=wx1&\(name)=\(x(limit.length))"
        #expect(try await provider().ask(.get, uri, as: "shop").status == limit.status)
    }

    @Test(arguments: [(8192, 429), (8193, 400)]) func reportedToken_HasALimit(length: Int, status: Int) async throws {
        let body = #"{"appid":"wx1","access_token":"\#(x(length))"}"#
        #expect(try await provider().ask(.post, "/token/refresh", as: "shop", body: body).status == status)
    }

    @Test(arguments: [(90, 200), (110, 431)]) func headers_HaveANumber(count: Int, status: Int) async throws {
        #expect(try await answer(to: (0..<count).map { "X-H\($0): 1\r\n" }.joined())?.status == status)
    }

    @Test(arguments: [(5, 200), (9, 431)]) func headers_HaveALength_AllTogether(count: Int, status: Int) async throws {
        #expect(try await answer(to: (0..<count).map { "X-H\($0): \(x(4000))\r\n" }.joined())?.status == status)
    }

    private func answer(to headers: String) async throws -> WireAnswer? {
        try await World.withServer(provider()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say("GET /livez HTTP/1.1\r\nHost: n\r\n\(headers)\r\n")
                return try await wire.answer()
            }
        }
    }

    // MARK: Signatures

    /// WeChat's SDK takes seconds; with milliseconds every page would be refused.
    @Test(arguments: ["/jssdk/config?appid=wx1&url=https://a/", "/card/signature?appid=wx1"])
    func timestamp_IsInSeconds(uri: String) async throws {
        let reply = try await provider().ask(.get, uri, as: "shop")
        let timestamp = try #require(try reply.int("timestamp"))
        #expect(abs(Double(timestamp) - Date.now.timeIntervalSince1970) < 300)
    }

    /// `wx.agentConfig` is given the corporation, not our name for the application.
    @Test func applicationOfWeCom_IsCalledByItsCorporation() async throws {
        let apps = [KnownApp(id: AppID("wx1"), corporation: "ww1")]
        let uri = "/jssdk/config?appid=wx1&url=https://a/&type=agent_config"
        #expect(try await provider().ask(.get, uri, as: "shop", known: apps).string("appId") == "ww1")
        #expect(try await provider().ask(.get, uri, as: "shop").string("appId") == "wx1")
    }

    // MARK: Headers

    @Test(arguments: ["/token?appid=wx1", "/token?appid=wx2", "/token", "/nothing", "/health", "/cgi-bin/token", "/"])
    func everyAnswer_IsKeptNowhere_AndNamesItsNode(uri: String) async throws {
        for client in ["two", "watcher", "nobody"] {
            let reply = try await provider().ask(.get, uri, as: client)
            #expect(reply.header("Cache-Control") == "no-store")
            #expect(reply.header("X-Content-Type-Options") == "nosniff")
            #expect(reply.header("X-Wxkeeper-Node") == "a")
        }
    }

    /// Its address holds nothing, but the next page need not know that there is one.
    @Test func page_TellsNobodyWhereItsReaderComesFrom() async throws {
        #expect(try await provider().ask(.get, "/", as: "watcher").header("Referrer-Policy") == "no-referrer")
    }

    /// WeChat's own code goes on to the caller wherever WeChat was asked.
    @Test func codeOfWeChat_IsPassedOn_ThoughItCouldNotBeAsked() async throws {
        let provider = provider()
        let trouble = Trouble(errcode: 45009, summary: "quota")
        provider.change { $0.answer = .unavailable(reason: .wechatUnreachable(trouble), retryAfter: .seconds(6)) }
        let body = #"{"appid":"wx1","access_token":"TOKEN"}"#
        let reply = try await provider.ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(try reply.status == 503 && reply.int("errcode") == 45009)
        #expect(reply.header("Retry-After") == "6")
    }
}
