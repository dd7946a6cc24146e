import CurlClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import KeeperTestKit
import Testing

@testable import KeeperHTTP

/// What nodes tell each other of time: how long somebody waits still, and which questions were asked already.
@Suite struct ForwardedTimeTests {
    /// The leader works no longer for a caller than that one waits.
    @Test(arguments: [5, 30, 3600]) func leader_IsGivenTheTimeThatTheCallerHas(seconds: Int) async throws {
        let provider = FakeProvider()
        provider.change { $0.answer = .tooSoon(retryAfter: .seconds(1)) }
        let server = try World.server(provider, logger: LogBook().logger)
        let outcome = try await server.application.test(.live) { client in
            let address = "http://127.0.0.1:\(try #require(client.port))"
            let leader = LeaderHint(holder: .example("a", address: address), epoch: Epoch(7))
            let forwarding = Forwarding(
                leader: leader, app: AppID("wx1"), reason: .operatorAsked, deadline: .seconds(Double(seconds)))
            return await HTTPForwarder(secret: World.secret, client: CurlClient())
                .forward(forwarding, before: .now + .seconds(seconds))
        }
        #expect(outcome == .answered(.tooSoon(retryAfter: .seconds(1))))
        let left = try #require(provider.timesLeft.first)
        // Nobody is waited for longer than a minute.
        let most = Duration.seconds(min(seconds, 60))
        #expect(left <= most && left > most - .seconds(4))
    }

    @Test func caller_IsNotWaitedForLongerThanAMinute() async throws {
        let provider = FakeProvider()
        provider.change { state in
            state.answer = .tooSoon(retryAfter: .seconds(1))
            state.readings[AppID("wx1")] = .token(
                ServedCredential(credential: .example()), expiresIn: 9, isStale: false)
        }
        let headers: HTTPFields = [.authorization: "Bearer admin-key"]
        try await World.server(provider, logger: LogBook().logger).application.test(.live) { server in
            for (uri, body) in [
                ("/token/refresh", #"{"appid":"wx1","access_token":"T"}"#), ("/operate/refresh", #"{"appid":"wx1"}"#),
            ] {
                let response = try await server.execute(
                    uri: uri, method: .post, headers: headers, body: ByteBuffer(string: body))
                #expect(response.status == .tooManyRequests)
            }
        }
        #expect(provider.timesLeft.count == 2)
        for left in provider.timesLeft { #expect(left <= .seconds(60) && left > .seconds(50)) }
    }

    // MARK: Questions asked already

    private let start = ContinuousClock.now

    /// As long as a question is valid, twice the minute by which clocks may differ, it is known.
    @Test(arguments: [0, 59, 61, 119])
    func question_IsKnown_AsLongAsItCouldBeAskedAgain(after seconds: Int) {
        for begun in [0, 30, 100, 119] {
            let cache = NonceCache(at: start)
            let asked = start + .seconds(begun)
            #expect(cache.note("n", at: asked) == .new)
            // Others go on asking.
            for other in stride(from: 0, to: seconds, by: 10) {
                #expect(cache.note("other \(other)", at: asked + .seconds(other)) == .new)
            }
            #expect(cache.note("n", at: asked + .seconds(seconds)) == .known, "asked at \(begun) s")
        }
    }

    @Test func question_IsForgotten_InTheEnd() {
        let cache = NonceCache(at: start)
        #expect(cache.note("n", at: start) == .new)
        #expect(cache.note("n", at: start + .seconds(480)) == .new)
    }

    @Test func questionsWithoutNumber_AreRefused_UntilOthersAreForgotten() {
        let cache = NonceCache(limit: 3, at: start)
        for nonce in ["a", "b", "c"] { #expect(cache.note(nonce, at: start) == .new) }
        #expect(cache.note("d", at: start) == .full)
        #expect(cache.note("a", at: start) == .known, "what was noted stays so")
        #expect(cache.note("d", at: start + .seconds(121)) == .new)
    }
}
