import KeeperCore
import KeeperHTTP
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

@Suite struct EnvironmentTests {
    @Test func variablesAlone_AreAConfiguration() throws {
        let configuration = try configuration(nil, variables: Sample.variables)
        #expect(configuration.cluster.redis.address == HostPort(host: "h", port: 1))
        #expect(configuration.cluster.secret.reveal() == "cluster-secret-0123")
        #expect(configuration.node.id == NodeName("n1") && configuration.node.advertise == "http://a:80")
        #expect(configuration.wechat.baseURL == "http://localhost:9100")
        #expect(configuration.apps.map(\.id) == [AppID("wx1")] && configuration.apps.map(\.api) == [.classic])
        let client = try #require(configuration.clients.first)
        #expect(client.id == "default" && client.apps == .all && client.scopes == [.read, .refresh, .observe])
        #expect(client.key == KeyDigest(of: "wxk_a-client-of-mine"))
    }

    @Test func nothingAtAll_LacksWhatIsRequired() {
        #expect(problems(nil).map(\.keyPath) == ["apps", "cluster.redis", "cluster.secret"])
        #expect(problems(nil).first?.description.hasPrefix("environment: apps:") == true)
    }

    @Test func variable_OverridesTheFile() throws {
        var sample = Sample()
        sample.node = "  listen: 127.0.0.1:1"
        let variables = [
            "WXKEEPER_LISTEN": "127.0.0.1:2", "WXKEEPER_CLUSTER_SECRET": "another-secret-0123",
            "WXKEEPER_API": "classic",
        ]
        let configuration = try configuration(sample.text, variables: variables)
        #expect(configuration.node.listen.port == 2)
        #expect(configuration.cluster.secret.reveal() == "another-secret-0123")
        #expect(configuration.apps.map(\.api) == [.classic])
    }

    @Test func variable_ThatIsEmpty_CountsAsNotSet() throws {
        #expect(try configuration(Sample().text, variables: ["WXKEEPER_API": ""]).apps.first?.api == .stable)
    }

    @Test func secretOfTheEnvironment_ReplacesAnyWayOfTheFile() throws {
        let text = Sample().text.replacing("{ value: app-secret-0123456789 }", with: "{ file: /missing }")
        let variables = ["WXKEEPER_APPID": "wx1", "WXKEEPER_APPSECRET": "from-the-variable-01"]
        #expect(try configuration(text, variables: variables).apps.first?.secret.reveal() == "from-the-variable-01")
    }

    @Test func app_ThatTheFileLacks_IsAdded() throws {
        let variables = ["WXKEEPER_APPID": "wx2", "WXKEEPER_APPSECRET": "from-the-variable-01"]
        #expect(try configuration(Sample().text, variables: variables).apps.map(\.id) == [AppID("wx1"), AppID("wx2")])
        #expect(problems(Sample().text, variables: ["WXKEEPER_APPID": "wx2"]).map(\.keyPath) == ["apps[1].secret"])
    }

    @Test func appSecret_AmongManyApps_NeedsAnAppID() {
        let text = Sample(app: "  - appid: wx2\n    secret: { value: app-secret-0123456789 }").text
        let found = problems(text, variables: ["WXKEEPER_APPSECRET": "from-the-variable-01"])
        #expect(
            found.map(\.description) == [
                "variable WXKEEPER_APPSECRET: apps: found no WXKEEPER_APPID; "
                    + "allowed: WXKEEPER_APPID, which names the app"
            ]
        )
    }

    @Test func problemOfAVariable_NamesTheVariable() {
        let found = problems(Sample().text, variables: ["WXKEEPER_API": "clasic"])
        #expect(
            found.map(\.description) == [
                "variable WXKEEPER_API: apps[0].api: found \"clasic\"; allowed: stable, classic; did you mean classic?"
            ]
        )
    }

    @Test func clientKey_ReplacesThatOfTheClientDefault() throws {
        let text = Sample().text.replacing("id: shop", with: "id: default")
        let clients = try configuration(text, variables: ["WXKEEPER_CLIENT_KEY": "new-key-0123456789"]).clients
        #expect(clients.map(\.key) == [KeyDigest(of: "new-key-0123456789")])
        #expect(clients.map(\.scopes) == [[.read, .refresh]])
    }
}
