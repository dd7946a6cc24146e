import CurlClient
import KeeperCore
import Testing

@testable import KeeperHTTP

/// What happens to connections.
@Suite struct ConnectionTests {
    private func refresh(_ port: Int) throws -> HTTPRequest {
        HTTPRequest(
            try RequestURL("http://127.0.0.1:\(port)/token/refresh"), method: .post,
            headers: [.init("Authorization", "Bearer shop-key")], body: Array(#"{"access_token":"OLD"}"#.utf8))
    }

    @Test func heldRefresh_EndsWhenTheCallerHangsUp() async throws {
        let provider = FakeProvider(holds: true)
        try await World.withServer(provider) { port in
            let request = try refresh(port)
            await withTaskGroup { group in
                group.addTask { _ = try? await CurlClient().exchange(request, before: .now + .seconds(30)) }
                _ = await provider.held.first { _ in true }
                group.cancelAll()
            }
            _ = await provider.givenUp.first { _ in true }
        }
    }

    @Test func heldForwarding_EndsWhenTheNodeHangsUp() async throws {
        let provider = FakeProvider(holds: true)
        try await World.withServer(provider) { port in
            let leader = LeaderHint(
                holder: .example("a", address: "http://127.0.0.1:\(port)"), epoch: Epoch(7))
            let forwarding = Forwarding(
                leader: leader, app: AppID("wx1"), reason: .operatorAsked, deadline: .seconds(30))
            let outcome = await HTTPForwarder(secret: World.secret, client: CurlClient())
                .forward(forwarding, before: .now + .seconds(2))
            guard case .failed = outcome else {
                Issue.record("the outcome is \(outcome)")
                return
            }
            _ = await provider.givenUp.first { _ in true }
        }
    }

    @Test func drainingNode_EndsConnectionsWithItsNextAnswers() async throws {
        let provider = FakeProvider.withToken()
        let headers = try await World.withServer(provider) { port in
            let client = CurlClient()
            var request = HTTPRequest(try RequestURL("http://127.0.0.1:\(port)/token"))
            request.headers = [.init("Authorization", "Bearer shop-key")]
            let before = try await client.exchange(request, before: .now + .seconds(10)).header("Connection")
            provider.change { $0.health = .example(notReady: [.draining]) }
            return [before, try await client.exchange(request, before: .now + .seconds(10)).header("Connection")]
        }
        #expect(headers == [nil, "close"])
    }
}
