import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// Every answer with a token or a ticket says so if nobody can confirm that it is the newest.
@Suite struct StaleAnswerTests {
    private func provider(isStale: Bool) -> FakeProvider {
        let provider = FakeProvider.withToken(isStale: isStale)
        provider.change { state in
            let ticket = ServedCredential(credential: .example("wx1#jsapi", token: "TICKET"))
            state.readings[AppID("wx1#jsapi")] = .token(ticket, expiresIn: 599, isStale: isStale)
            state.answer = .token(
                credential: ServedCredential(credential: .example()), previous: [], refreshed: false, stillValid: true)
        }
        return provider
    }

    @Test(arguments: [true, false]) func token_TellsIt(isStale: Bool) async throws {
        let reply = try await provider(isStale: isStale).ask(.get, "/token?appid=wx1", as: "shop")
        #expect(try reply.bool("stale") == (isStale ? true : nil))
    }

    @Test(arguments: [true, false]) func ticket_TellsIt(isStale: Bool) async throws {
        let reply = try await provider(isStale: isStale).ask(.get, "/ticket?appid=wx1&type=jsapi", as: "shop")
        #expect(reply.status == 200)
        #expect(try reply.bool("stale") == (isStale ? true : nil))
    }

    @Test(arguments: [true, false]) func refresh_TellsItOfTheTokenThatIsServed(isStale: Bool) async throws {
        let body = #"{"appid":"wx1","access_token":"TOKEN"}"#
        let reply = try await provider(isStale: isStale).ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(reply.status == 200)
        #expect(try reply.bool("stale") == (isStale ? true : nil))
    }

    /// What is served meanwhile may be stale; the token that the leader has just brought is not.
    @Test func refresh_DoesNotTellItOfAnotherToken() async throws {
        let provider = provider(isStale: true)
        provider.change {
            var newer = Credential.example(token: "NEWER")
            newer.version += 1
            $0.answer = .token(
                credential: ServedCredential(credential: newer), previous: [], refreshed: true, stillValid: false)
        }
        let body = #"{"appid":"wx1","access_token":"TOKEN"}"#
        let reply = try await provider.ask(.post, "/token/refresh", as: "shop", body: body)
        #expect(try reply.string("access_token") == "NEWER" && reply.bool("stale") == nil)
    }
}
