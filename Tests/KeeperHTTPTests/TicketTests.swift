import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// `GET /ticket`, and what is signed with tickets.
@Suite struct TicketTests {
    private let ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"

    private func provider() -> FakeProvider {
        let provider = FakeProvider.withToken()
        provider.change { state in
            let served = ServedCredential(credential: .example("wx1#jsapi", token: ticket))
            state.readings[AppID("wx1#jsapi")] = .token(served, expiresIn: 599, isStale: false)
            state.readings[AppID("wx1#wx_card")] = TokenReading.none
        }
        return provider
    }

    @Test func ticket_IsAnsweredWithItsLife() async throws {
        let reply = try await provider().ask(.get, "/ticket?appid=wx1&type=jsapi", as: "shop")
        #expect(reply.status == 200)
        #expect(reply.text == #"{"appid":"wx1","ticket":"\#(ticket)","expires_in":599}"#)
        #expect(reply.header("X-Wxkeeper-Epoch") == "7")
        #expect(reply.header("Cache-Control") == "no-store")
    }

    @Test(arguments: [
        ("/ticket?appid=wx1", 400), ("/ticket?appid=wx1&type=other", 400), ("/ticket?appid=wx1&type=wx_card", 503),
        ("/ticket?appid=wx1&type=agent_config", 404), ("/ticket?appid=wx2&type=jsapi", 403),
        ("/jssdk/config?appid=wx1", 400), ("/jssdk/config?appid=wx1&url=ftp://a/", 400),
        ("/jssdk/config?appid=wx1&url=https://", 400), ("/jssdk/config?appid=wx1&url=https://a%40b/", 400),
        ("/card/signature?appid=wx1&card_id=c", 503),
    ])
    func whatCannotBeAnswered_SaysWhy(uri: String, status: Int) async throws {
        let reply = try await provider().ask(.get, uri, as: "shop")
        #expect(reply.status == status)
        #expect(try reply.string("errmsg")?.isEmpty == false)
        if status == 503 { #expect(reply.header("Retry-After") != nil) }
    }

    /// A ticket's own name is no appid, for nobody.
    @Test(arguments: ["shop", "admin"])
    func ticket_IsNoToken(client: String) async throws {
        let reply = try await provider().ask(.get, "/token?appid=wx1%23jsapi", as: client)
        #expect([403, 404].contains(reply.status))
        #expect(!reply.text.contains(ticket))
    }

    @Test func page_IsSignedForWxConfig() async throws {
        let reply = try await provider().ask(
            .get, "/jssdk/config?appid=wx1&url=http%3A%2F%2Fmp.weixin.qq.com%3Fparams%3Dvalue%23part", as: "shop")
        let nonce = try #require(try reply.string("nonceStr"))
        let timestamp = try #require(try reply.int("timestamp"))
        #expect(try reply.string("appId") == "wx1")
        #expect(
            try reply.string("signature")
                == JSSignature.page(
                    "http://mp.weixin.qq.com?params=value", ticket: Token(ticket), nonce: nonce,
                    timestamp: Int64(timestamp)))
        #expect(!nonce.isEmpty && !reply.text.contains(ticket))
    }

    /// WeChat's own example and a second page, both computed with `sha1sum`.
    @Test(arguments: [
        ("http://mp.weixin.qq.com?params=value", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"),
        ("http://mp.weixin.qq.com", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
        ("http://mp.weixin.qq.com#/a?b", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
    ])
    func signature_IsWeChats(url: String, signature: String) {
        #expect(
            JSSignature.page(url, ticket: Token(ticket), nonce: "Wm3WZYTPz0wzccnW", timestamp: 1_414_587_457)
                == signature)
    }

    @Test func cardSignature_IsWeChats() {
        let values = ["1404896688", "pjZ8Yt1XGILfi-FUsewpnnolGgZk", "1434008071", "123"]
        #expect(
            JSSignature.card(values, ticket: Token("ojZ8YtyVyr30HheH3CM73y7h4jJE"))
                == "f137ab68b7f8112d20ee528ab6074564e2796250")
    }

    @Test(arguments: [
        ("https://shop.example.com/a?b=c", 200), ("https://SHOP.example.com", 200), ("https://other.example.com/", 403),
        ("https://shop.example.com:8443/", 403), ("https://shop.example.com.evil.example/", 403),
        ("https://evil.example/?shop.example.com", 403), ("https://evil.example%5C@shop.example.com/", 400),
    ])
    func page_OutsideTheDomains_IsNotSigned(url: String, status: Int) async throws {
        let apps = [KnownApp(id: AppID("wx1"), jsDomains: ["shop.example.com"])]
        let uri = "/jssdk/config?appid=wx1&url=\(url.replacing("?", with: "%3F"))"
        let reply = try await provider().ask(.get, uri, as: "shop", known: apps)
        #expect(reply.status == status)
    }
}
