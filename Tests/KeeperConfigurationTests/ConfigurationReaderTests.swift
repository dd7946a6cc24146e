import KeeperCore
import KeeperHTTP
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

@Suite struct ConfigurationReaderTests {
    @Test func whatIsLeftOut_HasItsDefault() throws {
        let configuration = try configuration(
            """
            cluster: { redis: "redis://10.0.0.5", secret: { value: cluster-secret-0123 } }
            """
        )
        #expect(configuration.cluster.name == "default")
        #expect(configuration.cluster.redis == RedisLocation(address: HostPort(host: "10.0.0.5", port: 6379)))
        #expect(configuration.cluster.timing.ttl == .seconds(6))
        #expect(configuration.node.id == NodeName("host-1"))
        #expect(configuration.node.listen == HostPort(host: "127.0.0.1", port: 2130))
        #expect(configuration.node.advertise == "http://127.0.0.1:2130")
        #expect(configuration.node.drain == .seconds(6))
        #expect(configuration.wechat.baseURL == "https://api.weixin.qq.com")
        #expect(configuration.wechat.timeout == .seconds(3))
        #expect(configuration.wechat.overlap == .seconds(300))
        #expect(configuration.wechat.watch == .seconds(30))
        #expect(configuration.apps.isEmpty && configuration.clients.isEmpty)
    }

    @Test func everyKey_IsRead() throws {
        let text = """
            cluster:
              name: prod
              redis: redis://keeper:p%40ss@[::1]:6380/3
              secret: { value: cluster-secret-0123 }
              lease: { ttl: 10s }
            node: { id: b, listen: "[::1]:2131", drain: 1500ms, advertise: "http://b.example:2131/" }
            wechat: { base-url: "http://127.0.0.1:9100/", timeout: 5s, overlap: 2m, watch: 0s,
                      fallback-urls: ["https://api2.weixin.qq.com/"] }
            apps:
              - { appid: wx_A-1, name: 小店, secret: { value: app-secret-0123456 }, api: classic,
                  tickets: [], publish: [], js-domains: [] }
            clients:
              - { id: shop, key: { value: client-key-0123456 }, apps: [wx_A-1], can: [read, operate] }
              - { id: watcher, key: { value: other-key-01234567 }, apps: [], can: [observe] }
            """
        let configuration = try configuration(text)
        let redis = configuration.cluster.redis
        #expect(configuration.cluster.name == "prod" && configuration.cluster.timing.ttl == .seconds(10))
        #expect(redis.address == HostPort(host: "::1", port: 6380) && redis.database == 3)
        #expect(redis.user == "keeper" && redis.password?.reveal() == "p@ss")
        #expect(configuration.cluster.secret.reveal() == "cluster-secret-0123")
        #expect(configuration.node.listen == HostPort(host: "::1", port: 2131))
        #expect(configuration.node.advertise == "http://b.example:2131")
        #expect(configuration.node.drain == .milliseconds(1500))
        #expect(configuration.wechat.baseURL == "http://127.0.0.1:9100")
        #expect(configuration.wechat.fallbackURLs == ["https://api2.weixin.qq.com"])
        #expect(configuration.wechat.timeout == .seconds(5) && configuration.wechat.watch == .zero)
        let app = try #require(configuration.apps.first)
        #expect(app.id == AppID("wx_A-1") && app.name == "小店" && app.api == .classic)
        #expect(configuration.clients.map(\.apps) == [.only([AppID("wx_A-1")]), .only([])])
        #expect(configuration.clients.map(\.scopes) == [[.read, .operate], [.observe]])
    }

    @Test func key_ThatIsEmpty_CountsAsLeftOut() throws {
        var sample = Sample()
        sample.app = "    tickets:\n    api: ~\n    drop-in: null"
        #expect(try configuration(sample.text).apps.first?.api == .stable)
    }

    @Test func scalars_AreTakenAsWritten_NotAsYAMLTypes() throws {
        let text = Sample().text.replacing("id: a", with: "id: 007").replacing("id: shop", with: "id: no")
        let configuration = try configuration(text)
        #expect(configuration.node.id == NodeName("007"))
        #expect(configuration.clients.first?.id == "no")
    }

    @Test func variable_IsPutIntoAnyValue() throws {
        let text = Sample().text.replacing("redis://127.0.0.1:6379", with: "redis://u:${PASSWORD}@${HOST}/${DB}")
        let redis = try configuration(text, variables: ["PASSWORD": "a$b", "HOST": "h1", "DB": "7"]).cluster.redis
        #expect(redis.address.host == "h1" && redis.password?.reveal() == "a$b" && redis.database == 7)
    }

    @Test func secret_ComesFromFileOrVariable() throws {
        let text = Sample().text
            .replacing("{ value: app-secret-0123456789 }", with: "{ file: shop.secret }")
            .replacing("{ value: client-key-0123456789 }", with: "{ env: SHOP_KEY }")
        let configuration = try configuration(
            text,
            variables: ["SHOP_KEY": "wxk_key-of-the-shop"],
            files: ["shop.secret": "from-the-file-0123\r\n"]
        )
        #expect(configuration.apps.first?.secret.reveal() == "from-the-file-0123")
        #expect(configuration.clients.first?.key == KeyDigest(of: "wxk_key-of-the-shop"))
    }

    @Test func digest_IsReadInEitherCase() throws {
        let hex = KeyDigest(of: "abc").hexadecimal
        #expect(hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let text = Sample().text.replacing("{ value: client-key-0123456789 }", with: "{ sha256: \(hex.uppercased()) }")
        #expect(try configuration(text).clients.first?.key == KeyDigest(of: "abc"))
    }

    @Test func overlap_ThatIsShort_IsAWarningOnly() throws {
        let text = Sample().text.replacing("overlap: 5m", with: "overlap: 10s")
        let outcome = try read(text).get()
        #expect(outcome.warnings.map(\.keyPath) == ["wechat.overlap"])
    }

    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:2130", 0), ("10.0.0.5", "http://127.0.0.1:2130", 1),
        ("10.0.0.5", "http://localhost:2130/", 1), ("redis.example.com", "http://[::1]:2130", 1),
        ("10.0.0.5", "http://127.9.9.9:2130", 1), ("10.0.0.5", "http://10.0.0.11:2130", 0),
        ("localhost", "http://10.0.0.11:2130", 0), ("10.0.0.5", "http://127.example.com", 0),
    ])
    func loopback_IsAdvertisedWithAWarning_WhereRedisIsElsewhere(redis: String, advertise: String, count: Int) throws {
        let sample = Sample(node: "  advertise: \"\(advertise)\"").text
        let text = sample.replacing("redis://127.0.0.1:6379", with: "redis://\(redis)")
        #expect(try read(text).get().warnings.filter { $0.keyPath == "node.advertise" }.count == count)
    }

    @Test func cluster_WithoutAClient_IsAWarningOnly() throws {
        let text = Sample().text.split(separator: "clients:").first.map(String.init)
        #expect(try read(text).get().warnings.map(\.keyPath) == ["clients"])
    }

    @Test func secret_ThatIsShort_IsAWarningOnly() throws {
        let outcome = try read(Sample().text.replacing(Sample.secret, with: "short")).get()
        #expect(outcome.warnings.map(\.keyPath) == ["cluster.secret"])
        #expect(!"\(outcome.warnings)".contains("\"short\""))
    }

    @Test func manyApps_AreReadQuickly() throws {
        let apps = (0..<ConfigurationLimit.apps).map { "  - { appid: wx\($0), secret: { value: secret-0123456789 } }" }
        let text = """
            cluster: { redis: "redis://h", secret: { value: cluster-secret-0123 } }
            apps:
            \(apps.joined(separator: "\n"))
            """
        #expect(try configuration(text).apps.count == ConfigurationLimit.apps)
        let tooMany = problems(text + "\n  - { appid: more, secret: { value: secret-0123456789 } }")
        #expect(tooMany.map(\.keyPath) == ["apps"])
        #expect(tooMany.first?.found == "20001 apps")
    }
}
