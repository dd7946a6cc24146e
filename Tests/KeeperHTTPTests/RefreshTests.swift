import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

@Suite struct RefreshTests {
    private let body = #"{"appid":"wx1","access_token":"OLD"}"#

    private func answering(_ answer: RefreshAnswer) -> FakeProvider {
        let provider = FakeProvider()
        provider.change { $0.answer = answer }
        return provider
    }

    private func token(refreshed: Bool, stillValid: Bool) -> RefreshAnswer {
        .token(
            credential: ServedCredential(credential: .example(token: "NEW", left: .seconds(3600))), previous: [],
            refreshed: refreshed, stillValid: stillValid)
    }

    @Test func refresh_BringsTheNewToken() async throws {
        let provider = answering(token(refreshed: true, stillValid: false))
        let reply = try await provider.ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(reply.status == 200)
        #expect(try reply.string("access_token") == "NEW")
        #expect(try reply.bool("refreshed") == true)
        #expect(try reply.json["still_valid"] == nil)
        #expect(try #require(try reply.int("expires_in")) > 3500)
        #expect(reply.header("X-Wxkeeper-Epoch") == "7")
        #expect(provider.asked == [.init(app: AppID("wx1"), reason: .refused(Token("OLD")), isForwarded: false)])
    }

    @Test func refreshOfALivingToken_SaysSo() async throws {
        let reply = try await answering(token(refreshed: false, stillValid: true))
            .ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(try reply.bool("refreshed") == false)
        #expect(try reply.bool("still_valid") == true)
    }

    @Test func appid_MayBeLeftOut() async throws {
        let provider = answering(token(refreshed: true, stillValid: false))
        #expect(
            try await provider.ask(.post, "/token/refresh", as: "shop", body: #"{"access_token":"OLD"}"#).status == 200)
    }

    @Test func tokenThatHasExpiredMeanwhile_IsNotHandedOut() async throws {
        let provider = answering(
            .token(
                credential: ServedCredential(credential: .example(left: .seconds(-1))), previous: [], refreshed: false,
                stillValid: false))
        #expect(try await provider.ask(.post, "/token/refresh", as: "shop", body: body).status == 503)
    }

    @Test func uncertainToken_IsMarkedStale() async throws {
        var served = ServedCredential(credential: .example())
        served.promisedUntil = Instant(.seconds(-5))
        let provider = answering(.token(credential: served, previous: [], refreshed: false, stillValid: false))
        let reply = try await provider.ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(try reply.bool("stale") == true)
        #expect(try reply.int("expires_in") == 1)
    }

    /// Then the read path says so of the same token.
    @Test(arguments: [("NEW", true as Bool?), ("OTHER", nil)])
    func tokenOfANodeThatIsBehind_IsMarkedStale(served: String, stale: Bool?) async throws {
        let provider = FakeProvider.withToken(served, isStale: true)
        provider.change { $0.answer = token(refreshed: false, stillValid: false) }
        let reply = try await provider.ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(try reply.string("access_token") == "NEW" && reply.bool("stale") == stale)
    }

    @Test(arguments: [
        (RefreshAnswer.tooSoon(retryAfter: .milliseconds(9001)), 429, 429, "10"),
        (.refused(trouble: Trouble(errcode: 40164, summary: "invalid ip"), retryAfter: .seconds(60)), 502, 40164, "60"),
        (.refused(trouble: Trouble(summary: "no sense"), retryAfter: .zero), 502, 502, "1"),
        (.unavailable(reason: .noLeader, retryAfter: .seconds(3)), 503, 503, "3"),
        (
            .unavailable(reason: .wechatUnreachable(Trouble(summary: "timed out")), retryAfter: .seconds(5)), 503, 503,
            "5"
        ),
        (.unavailable(reason: .tooManyWaiting, retryAfter: .seconds(1)), 503, 503, "1"),
        (.notLeader(nil), 503, 503, "1"),
    ])
    func everyFailure_HasItsStatusCodeAndPause(
        answer: RefreshAnswer, status: Int, errcode: Int, pause: String
    ) async throws {
        let reply = try await answering(answer).ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(reply.status == status)
        #expect(try reply.int("errcode") == errcode)
        #expect(try reply.string("errmsg")?.isEmpty == false)
        #expect(reply.header("Retry-After") == pause)
    }

    @Test(arguments: [
        "", "no JSON", "[]", #"{"appid":"wx1"}"#, #"{"appid":"wx1","access_token":""}"#,
        #"{"appid":"wx1","access_token":5}"#,
    ])
    func bodyWithoutToken_IsRefused(body: String) async throws {
        let provider = FakeProvider()
        let reply = try await provider.ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(reply.status == 400)
        #expect(try reply.int("errcode") == 400)
        #expect(provider.asked.isEmpty)
    }

    @Test func tokenOrBodyTooLong_IsRefused() async throws {
        let provider = FakeProvider()
        func body(_ length: Int) -> String {
            #"{"appid":"wx1","access_token":""# + String(repeating: "x", count: length) + #""}"#
        }
        #expect(try await provider.ask(.post, "/token/refresh", as: "shop", body: body(8193)).status == 400)
        let tooLong = try await provider.ask(.post, "/token/refresh", as: "shop", body: body(17_000))
        #expect(tooLong.status == 413)
        #expect(tooLong.header("Connection") == "close")
        #expect(provider.asked.isEmpty)
    }

    @Test func errorMessages_NeverRepeatTheToken() async throws {
        let reply = try await FakeProvider().ask(
            .post, "/token/refresh", as: "shop", body: #"{"appid":"wx9","access_token":"SECRET-TOKEN"}"#)
        #expect(reply.status == 403)
        #expect(!reply.text.contains("SECRET-TOKEN"))
    }
}
