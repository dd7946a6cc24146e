import HTTPTypes
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

@Suite struct ReloadTests {
    private let provider = FakeProvider()

    @Test func reload_TellsWhatHasChanged() async throws {
        provider.change {
            $0.reload = .success(
                Reload(
                    added: [AppID("wx3")], removed: [], changed: [AppID("wx1")], appCount: 3, clientCount: 2,
                    needsRestart: ["node"]))
        }
        let reply = try await provider.ask(.post, "/operate/reload", as: "operator")
        #expect(reply.status == 200)
        let answer = try reply.json
        #expect(answer["added"] as? [String] == ["wx3"])
        #expect(answer["removed"] as? [String] == [])
        #expect(answer["changed"] as? [String] == ["wx1"])
        #expect(answer["apps"] as? Int == 3 && answer["clients"] as? Int == 2)
        #expect(answer["needs_restart"] as? [String] == ["node"])
    }

    @Test func mistakes_AreToldAll() async throws {
        provider.change { $0.reload = .failure(ReloadRefusal(problems: ["apps[0].appid: one", "clients: two"])) }
        let reply = try await provider.ask(.post, "/operate/reload", as: "operator")
        #expect(reply.status == 422)
        #expect(try reply.int("errcode") == 422)
        #expect(try reply.json["problems"] as? [String] == ["apps[0].appid: one", "clients: two"])
    }

    @Test(arguments: ["shop", "watcher"]) func reload_NeedsItsScope(client: String) async throws {
        #expect(try await provider.ask(.post, "/operate/reload", as: client).status == 403)
        #expect(try await provider.ask(.get, "/operate/reload", as: "operator").status == 405)
    }

    /// The next request of a connection that stands already meets the new registry.
    @Test func newRegister_CountsFromTheNextRequestOn() async throws {
        provider.change {
            $0.readings[AppID("wx9")] = .token(
                ServedCredential(credential: .example("wx9", token: "T")), expiresIn: 100, isStale: false)
        }
        let registry = try World.registry([AppID("wx1")])
        let server = try World.server(provider, registry: registry)
        try await server.application.test(.live) { server in
            func ask(_ key: String) async throws -> Int {
                Reply(
                    try await server.execute(
                        uri: "/token?appid=wx9", method: .get, headers: [.authorization: "Bearer \(key)"])
                ).status
            }
            #expect(try await ask("new-key") == 401)
            let newcomer = World.client("new", .only([AppID("wx9")]), [.read])
            registry.replace(
                clients: try ClientDirectory([newcomer], apps: [AppID("wx9")]),
                apps: KnownApps([KnownApp(id: AppID("wx9"))]))
            #expect(try await ask("new-key") == 200)
            #expect(try await ask("shop-key") == 401)
        }
    }
}
