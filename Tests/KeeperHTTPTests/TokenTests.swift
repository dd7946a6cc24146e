import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

@Suite struct TokenTests {
    @Test func token_IsServed_WithItsSecondsAndEpoch() async throws {
        let reply = try await FakeProvider.withToken().ask(uri("?appid=wx1"), as: "shop")
        #expect(reply.status == 200)
        #expect(reply.text == #"{"appid":"wx1","access_token":"TOKEN","expires_in":3599}"#)
        #expect(reply.header("Content-Type") == "application/json")
        #expect(reply.header("Cache-Control") == "no-store")
        #expect(reply.header("X-Wxkeeper-Node") == "a")
        #expect(reply.header("X-Wxkeeper-Epoch") == "7")
    }

    @Test func appid_MayBeLeftOut_WhenTheCallerMayUseOneApp() async throws {
        let provider = FakeProvider.withToken()
        #expect(try await provider.ask(uri(), as: "shop").string("appid") == "wx1")
        #expect(try await provider.ask(uri(), as: "two").status == 400)
        #expect(try await provider.ask(uri(), as: "admin").status == 400)
        #expect(try await provider.ask(uri(), as: "admin", apps: [AppID("wx1")]).string("appid") == "wx1")
    }

    @Test func appid_GivenTwice_IsRefused() async throws {
        #expect(try await FakeProvider.withToken().ask(uri("?appid=wx1&appid=wx2"), as: "two").status == 400)
    }

    @Test func answer_SaysStale_OnlyWhenTheNodeCannotConfirm() async throws {
        let stale = try await FakeProvider.withToken(isStale: true).ask(uri(), as: "shop")
        #expect(try stale.bool("stale") == true)
        #expect(try await FakeProvider.withToken().ask(uri(), as: "shop").json["stale"] == nil)
    }

    @Test func appWithoutToken_IsAnswered503_WithRetryAfter() async throws {
        let reply = try await FakeProvider.withToken().ask(uri("?appid=wx2"), as: "two")
        #expect(reply.status == 503)
        #expect(try reply.int("errcode") == 503)
        #expect(reply.header("Retry-After") == "2")
    }

    @Test func tokenOf2048Characters_IsServedWhole() async throws {
        let token = String(repeating: "aB3_-/+=", count: 256)
        let reply = try await FakeProvider.withToken(token).ask(uri(), as: "shop")
        #expect(try reply.string("access_token") == token)
    }

    @Test(arguments: ["a\"b", "a\\b", "a\nb\r\tc", "\u{0}\u{1f}", "微信\u{1F600}", "</script>\u{2028}"])
    func token_IsEscaped_AsJSONDemands(token: String) async throws {
        let reply = try await FakeProvider.withToken(token).ask(uri(), as: "shop")
        #expect(try reply.string("access_token") == token)
    }

    @Test func head_IsAnsweredWithoutBody() async throws {
        let reply = try await FakeProvider.withToken().ask(.head, uri(), as: "shop")
        #expect(reply.status == 200)
        #expect(reply.text.isEmpty)
        #expect(reply.header("Content-Length") == "56")
    }

    private func uri(_ query: String = "") -> String { "/token" + query }
}

extension FakeProvider {
    fileprivate func ask(_ uri: String, as client: String, apps: [AppID] = World.knownApps) async throws -> Reply {
        try await ask(.get, uri, as: client, apps: apps)
    }
}
