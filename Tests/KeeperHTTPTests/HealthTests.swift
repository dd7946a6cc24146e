import HTTPTypes
import KeeperCore
import Testing

@testable import KeeperHTTP

@Suite struct HealthTests {
    private func node(_ health: NodeHealth) -> FakeProvider {
        let provider = FakeProvider()
        provider.change { $0.health = health }
        return provider
    }

    @Test func livez_LooksOnlyAtTheLoop() async throws {
        let provider = node(.example(notReady: [.outOfStep]))
        #expect(try await provider.ask(.get, "/livez").status == 200)
        provider.change { $0.idleTime = .milliseconds(9999) }
        #expect(try await provider.ask(.get, "/livez").status == 200)
        provider.change { $0.idleTime = .seconds(10) }
        #expect(try await provider.ask(.get, "/livez").status == 503)
    }

    @Test func readyz_NamesTheReasons() async throws {
        #expect(try await node(.example()).ask(.get, "/readyz").status == 200)
        let reply = try await node(.example(notReady: [.draining, .noValidToken])).ask(.get, "/readyz")
        #expect(reply.status == 503)
        #expect(try reply.json["reasons"] as? [String] == ["draining", "noValidToken"])
        #expect(try reply.int("errcode") == 503)
    }

    @Test func nodeThatIsStuck_IsNotReady_AndSaysHowItIs() async throws {
        let provider = node(.example(role: .follower, notReady: [.stuck]))
        let reply = try await provider.ask(.get, "/readyz")
        #expect(reply.status == 503)
        #expect(try reply.json["errmsg"] as? String == "not ready: its loop does not turn")
        #expect(try await provider.ask(.get, "/health").json["role"] as? String == "follower")
        #expect(try await provider.ask(.get, "/follower").status == 200)
    }

    @Test func appsWithoutToken_AreDegraded_AndTakeNoNodeOut() async throws {
        let ill: [AppStatus] = [.example("wx1", left: nil), .example("wx2", isUncertain: true)]
        let reply = try await node(.example(ill: ill)).ask(.get, "/readyz")
        #expect(reply.status == 200)
        #expect(try reply.json["degraded"] as? [String] == ["wx1"])
    }

    @Test func leaderAndFollower_ExcludeEachOther() async throws {
        for role in [NodeHealth.Role.leader, .follower, .candidate] {
            let provider = node(.example(role: role))
            #expect(try await provider.ask(.get, "/leader").status == (role == .leader ? 200 : 503))
            #expect(try await provider.ask(.get, "/follower").status == (role == .leader ? 503 : 200))
        }
    }

    @Test func health_TellsWhatItMay_AndNothingElse() async throws {
        let trouble = Trouble(errcode: 40164, summary: "invalid ip 10.1.2.3")
        let reply = try await node(.example(ill: [.example("wx1", left: .seconds(90), trouble: trouble)]))
            .ask(.get, "/health")
        #expect(reply.status == 200)
        #expect(
            reply.text == """
                {"apps":{"ill":[{"appid":"wx1","errcode":40164,"seconds_left":90,"uncertain":false}],"total":3,\
                "well":2},"epoch":7,"leader":"a","lease_left_ms":4250,"node":"a","ready":true,"reasons":[],\
                "redis":"reachable","role":"leader","stale":false,"sync_age_ms":310}
                """)
        #expect(try await node(.example(notReady: [.starting])).ask(.get, "/health").status == 503)
    }

    @Test(arguments: ["/livez", "/readyz", "/leader", "/follower", "/health"])
    func headAndOptions_AnswerWithTheStatusOfGet(path: String) async throws {
        let provider = node(.example(role: .follower, notReady: [.draining]))
        let status = try await provider.ask(.get, path).status
        for method in [HTTPRequest.Method.head, .options] {
            let reply = try await provider.ask(method, path)
            #expect(reply.status == status)
            #expect(reply.text.isEmpty)
            #expect(reply.header("X-Wxkeeper-Node") == "a")
            #expect(method == .head || reply.header("Allow") == "GET, HEAD, OPTIONS")
        }
        #expect(try await provider.ask(.post, path).status == 405)
    }
}
