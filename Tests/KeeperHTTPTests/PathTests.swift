import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import KeeperHTTP

/// Other spellings of a path, and what they never reach.
@Suite struct PathTests {
    private static let names = "grant_type=client_credential&appid=wx1&secret=shop-key"

    @Test(arguments: [
        "//cgi-bin/token", "/cgi-bin//token", "/cgi-bin/token/", "/cgi-bin/token//", "///cgi-bin///token",
        "/cgi%2Dbin/token", "/%63gi-bin/t%6Fken", "/cgi-bin/%74oken/", "//token", "/token/", "/%74oken",
    ])
    func dropIn_IsFoundByEverySpelling(path: String) async throws {
        let reply = try await FakeProvider.withToken().ask(.get, "\(path)?\(Self.names)")
        #expect(reply.status == 200 && reply.text == #"{"access_token":"TOKEN","expires_in":3599}"#)
    }

    @Test(arguments: [
        ("//cgi-bin/stable_token", 44_002), ("/cgi-bin/stable_token/", 44_002), ("/cgi-bin/stable%5ftoken", 44_002),
        ("//cgi-bin/ticket//getticket", 41_001), ("/cgi-bin/gettoken/", 40_013),
    ])
    func otherDropIns_TooAre(path: String, errcode: Int) async throws {
        #expect(try await FakeProvider.withToken().ask(.post, path, body: "").int("errcode") == errcode)
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "//token", 200), (.get, "/token/?appid=wx1", 200), (.get, "/%74oken", 200),
        (.post, "//token/refresh", 503), (.post, "/token//refresh/", 503), (.post, "/token/refre%73h", 503),
        (.get, "//readyz", 200), (.get, "/livez/", 200), (.options, "//livez", 200), (.get, "/health//", 200),
        (.get, "/openapi%2Eyaml", 200),
    ])
    func ownPaths_AreFoundByEverySpelling(method: HTTPRequest.Method, path: String, status: Int) async throws {
        let reply = try await FakeProvider.withToken().ask(method, path, as: "shop", body: #"{"access_token":"OLD"}"#)
        #expect(reply.status == status)
    }

    /// Case matters, dots are not followed, and what is encoded twice or need not be is something else.
    @Test(arguments: [
        "/Token", "/TOKEN", "/CGI-BIN/token", "/cgi-bin/Token", "/./token", "/x/../token", "/token/.", "/token/..",
        "/%2e/token", "/cgi-bin/%2E%2e/token", "/%2574oken", "/cgi-bin%2Ftoken", "/token;a=b",
        "/tok%en", "/token%00", "/token%20", "/token%0a", "/%C3%A9", "/token%", "/token%7", "/token%+7",
    ])
    func otherPaths_AreOther(path: String) async throws {
        let provider = FakeProvider.withToken()
        #expect(try await provider.ask(.get, "\(path)?\(Self.names)").status == 401)
        #expect(try await provider.ask(.get, path, as: "admin").status == 404)
    }

    /// What a proxy may keep callers away from is found by its own spelling alone, whoever asks.
    @Test func pathsOfOperatorsAndNodes_HaveOneSpelling() async throws {
        let server = try World.server(FakeProvider())
        let closed = server.routes.filter { !$0.hasOtherSpellings }.map(\.path)
        #expect(
            Set(closed)
                == [
                    "/", "/status", "/metrics", "/operate/step-down", "/operate/switchover", "/operate/pause",
                    "/operate/resume", "/operate/refresh", "/operate/reload", "/internal/refresh", "/internal/state",
                    "/internal/apps",
                ])
        let provider = FakeProvider.withToken()
        try await World.server(provider).application.test(.live) { server in
            for path in closed {
                let letter = path.dropFirst().first?.asciiValue.map { "/%\(String($0, radix: 16))\(path.dropFirst(2))" }
                for other in ["/\(path)", "\(path)/", "/token/..\(path)", letter ?? "/%2F"] {
                    for (key, status) in [("admin-key", 404), ("nobody", 401)] {
                        let response = try await server.execute(
                            uri: other, method: path.hasPrefix("/o") ? .post : .get,
                            headers: [.authorization: "Bearer \(key)"])
                        #expect(response.status.code == status, "\(other)")
                    }
                }
            }
        }
        #expect(provider.asked.isEmpty && provider.orders.isEmpty && provider.pauses.isEmpty)
    }

    @Test func noSpelling_IsRedirected_SoThatNoSecretIsInALocation() async throws {
        for path in ["//cgi-bin/token", "/token/", "/nothing/", "/operate/reload/"] {
            #expect(try await FakeProvider.withToken().ask(.get, "\(path)?\(Self.names)").header("Location") == nil)
        }
    }
}
