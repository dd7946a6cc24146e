import KeeperCore
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

@Suite struct ConfigurationProblemTests {
    @Test func everyMistake_IsTold_InTheOrderOfTheFile() {
        let text = """
            cluster:
              name: prod{1}
              redis: rediss://user:hunter2@10.0.0.5:6379
              secret: { value: 0123456789abcdef0123 }
              lease: { tll: 6s }
            node:
              listen: 0.0.0.0:70000
              drain: 6
              tls: { certificate: cert.pem }
            wechat:
              base-url: http://api.weixin.qq.com
            apps:
              - appid: wx1
                secret: plain-secret-0123456789
                api: stabel
              - appid: wx1
                secret: { env: SHOP_SECRET }
            clients:
              - id: shop
                key: { sha256: abc }
                apps: [wx2]
                can: [read, wirte]
            """
        let found = problems(text).map { "\($0.line ?? 0) \($0.keyPath)" }
        #expect(
            found == [
                "2 cluster.name", "3 cluster.redis", "5 cluster.lease.tll", "7 node.listen", "8 node.drain",
                "9 node.tls", "11 wechat.base-url", "14 apps[0].secret", "15 apps[0].api", "16 apps[1].appid",
                "17 apps[1].secret.env", "20 clients[0].key.sha256", "21 clients[0].apps[0]", "22 clients[0].can[1]",
            ]
        )
    }

    @Test func problem_NamesFileLineKeyFoundAndAllowed() {
        let text = Sample(app: "    api: stabel").text
        #expect(
            problems(text).map(\.description) == [
                "test.yaml:14: apps[0].api: found \"stabel\"; allowed: stable, classic; did you mean stable?"
            ]
        )
    }

    /// Lines put into a good file, and the key paths that must be told.
    @Test(arguments: [
        (Sample(cluster: "  nmae: prod"), ["cluster.nmae"]),
        (Sample(cluster: "  name: \"\""), ["cluster.name"]),
        (Sample(cluster: "  name: " + String(repeating: "x", count: 65)), ["cluster.name"]),
        (Sample(cluster: "  name: [prod]"), ["cluster.name"]),
        (Sample(cluster: "  seal: { key: x }"), ["cluster.seal"]),
        (Sample(cluster: "  lease: 6s"), ["cluster.lease"]),
        (Sample(node: "  listen: 0.0.0.0:2130"), ["node.advertise"]),
        (Sample(node: "  listen: \"[::]:2130\""), ["node.advertise"]),
        (Sample(node: "  listen: 2130"), ["node.listen"]),
        (Sample(node: "  listen: 127.0.0.1:0"), ["node.listen"]),
        (Sample(node: "  advertise: https://a:2130"), ["node.advertise"]),
        (Sample(node: "  advertise: http://0.0.0.0:2130"), ["node.advertise"]),
        (Sample(node: "  drain: 6m"), ["node.drain"]),
        (Sample(node: "  drain: -1s"), ["node.drain"]),
        (Sample(wechat: "  watch: 0.5s"), ["wechat.watch"]),
        (Sample(wechat: "  base-url: https://api.weixin.qq.com?x=1"), ["wechat.base-url"]),
        (Sample(wechat: "  base-url: http://127.0.0.1.example.com"), ["wechat.base-url"]),
        (Sample(wechat: "  base-url: https://u:p@api.weixin.qq.com"), ["wechat.base-url"]),
        (
            Sample(wechat: "  fallback-urls: [http://api2.weixin.qq.com, https://u:p@h, https://ok]"),
            ["wechat.fallback-urls[0]", "wechat.fallback-urls[1]"]
        ),
        (
            Sample(wechat: "  fallback-urls: [https://a, https://b, https://c, https://d, https://e]"),
            ["wechat.fallback-urls"]
        ),
        (Sample(app: "    tickets: [jsapi, agent_config, jsapi]"), ["apps[0].tickets[1]", "apps[0].tickets[2]"]),
        (Sample(app: "    tickets: jsapi"), ["apps[0].tickets"]),
        (Sample(app: "    kind: wecom\n    tickets: [wx_card]"), ["apps[0].corpid", "apps[0].tickets[0]"]),
        (Sample(app: "    kind: wecom\n    corpid: ww1\n    api: classic"), ["apps[0].api"]),
        (Sample(app: "    kind: weixin"), ["apps[0].kind"]),
        (Sample(app: "    corpid: ww1"), ["apps[0].corpid"]),
        (Sample(app: "    publish: seed"), ["apps[0].publish"]),
        (Sample(app: "    publish: [seeds]"), ["apps[0].publish[0]"]),
        (
            Sample(app: "    js-domains: [a.example, \"https://b\", c/d]"),
            ["apps[0].js-domains[1]", "apps[0].js-domains[2]"]
        ),
        (Sample(app: "    drop-in: secret"), ["apps[0].drop-in"]),
        (Sample(app: "    name: \"a\\nb\""), ["apps[0].name"]),
        (Sample(app: "  - secret: { value: app-secret-0123456789 }"), ["apps[1].appid"]),
        (Sample(app: "  - appid: wx1:2\n    secret: { value: app-secret-0123456789 }"), ["apps[1].appid"]),
        (Sample(app: "  - appid: wx2"), ["apps[1].secret"]),
        (Sample(app: "  - wx2"), ["apps[1]"]),
        (Sample(app: "  - appid: wx2\n    secret: { value: x, env: Y }"), ["apps[1].secret"]),
        (Sample(app: "  - appid: wx2\n    secret: {}"), ["apps[1].secret"]),
        (Sample(app: "  - appid: wx2\n    secret: { valeu: x }"), ["apps[1].secret.valeu"]),
        (Sample(app: "  - appid: wx2\n    secret: { value: [x] }"), ["apps[1].secret.value"]),
        (Sample(app: "  - appid: wx2\n    secret: { sha256: x }"), ["apps[1].secret.sha256"]),
        (Sample(app: "  - appid: wx2\n    secret: { file: /none }"), ["apps[1].secret.file"]),
        (Sample(client: "    can: read"), ["clients[0].can"]),
        (Sample(client: "  - id: shop\n    key: { value: k2 }\n    apps: all"), ["clients[1].id"]),
        (Sample(client: "  - id: c2\n    key: { value: client-key-0123456789 }\n    apps: all"), ["clients[1].key"]),
        (Sample(client: "  - id: c2\n    key: { value: k2 }"), ["clients[1].apps"]),
        (Sample(client: "  - id: c2\n    key: { value: k2 }\n    apps: wx1"), ["clients[1].apps"]),
        (Sample(client: "  - id: c:2\n    key: { value: k2 }\n    apps: []"), ["clients[1].id"]),
        (Sample(client: "  - apps: []"), ["clients[1].id", "clients[1].key"]),
        (Sample(client: "more: 1"), ["more"]),
    ])
    func mistake_IsToldUnderItsKey(_ sample: Sample, _ keyPaths: [String]) {
        #expect(problems(sample.text).map(\.keyPath) == keyPaths)
    }

    /// A known key that nobody reads would be taken without a word, whatever stands there.
    @Test(arguments: [
        ("cluster: { KEY }", "cluster.", ConfigurationReader.knownInCluster),
        ("node: { KEY }", "node.", ConfigurationReader.knownInNode),
        ("wechat: { KEY }", "wechat.", ConfigurationReader.knownInWeChat),
        ("alarms: { KEY }", "alarms.", ConfigurationReader.knownInAlarms),
        ("apps: [{ KEY }]", "apps[0].", AppReader.known), ("clients: [{ KEY }]", "clients[0].", ClientReader.known),
    ])
    func everyKnownKey_IsRead(_ section: String, _ path: String, _ keys: [String]) {
        for key in keys {
            let found = problems(section.replacing("KEY", with: "\(key): { wrong: [1] }"))
            #expect(found.contains { $0.keyPath.hasPrefix(path + key) }, "\(path)\(key)")
        }
    }

    @Test func unbuiltFeature_IsToldAsNotYetSupported() {
        for sample in [Sample(cluster: "  seal: true"), Sample(node: "  tls: {}")] {
            #expect(problems(sample.text).first?.description.contains("not yet supported") == true)
        }
    }

    @Test func emptyFile_LacksWhatIsRequired() {
        #expect(problems("").map(\.keyPath) == ["cluster.redis", "cluster.secret"])
        #expect(problems("# nothing\n").first?.allowed.contains("WXKEEPER_REDIS") == true)
        #expect(problems("- a").map(\.keyPath) == [""])
    }

    @Test func mistakeInTheYAML_IsToldWithItsLine() {
        #expect(problems("cluster:\n  name: [a\nnode: b").map(\.line) == [3])
        #expect(problems("cluster:\n  name: a\n  name: b").first?.found == "more than one key name")
        #expect(problems("a: 1\n---\nb: 2").count == 1)
    }

    @Test func anchorsAndDeepNesting_AreRefused() {
        #expect(problems(Sample(cluster: "  name: &n prod").text).map(\.keyPath) == ["cluster.name"])
        let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]"
        #expect(problems(bomb).contains { $0.found == "an anchor or an alias" })
        let nested = "apps: " + String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
        #expect(problems(nested).contains { $0.found == "deep nesting" })
    }

    @Test func hostName_ThatIsNoName_AsksForAnID() {
        let text = Sample().text.replacing("  id: a", with: "")
        #expect(problems(text, hostName: "höst").map(\.keyPath) == ["node.id"])
    }
}

@Suite struct LeaseRuleTests {
    @Test func lease_WithoutRoomForACall_NamesTheRuleAndTheCure() throws {
        let problem = try #require(problems(Sample(cluster: "  lease: { ttl: 4s }").text).first)
        #expect(problem.keyPath == "cluster.lease.ttl")
        #expect(problem.line == 4)
        #expect(problem.found == "4s with a wechat.timeout of 3s")
        #expect(problem.allowed.contains("a wechat.timeout of at most 2.22"))
    }

    @Test func theCure_KeepsTheRule() throws {
        let problem = try #require(problems(Sample(cluster: "  lease: { ttl: 4s }").text).first)
        let cure = try #require(problem.allowed.firstMatch(of: /at most ([0-9.]+s)/)?.1)
        let sample = Sample(cluster: "  lease: { ttl: 4s }", wechat: "  timeout: \(cure)")
        #expect(try configuration(sample.text).cluster.timing.callTimeout == DurationText.parse(String(cure)))
    }

    @Test func time_OutOfBounds_IsToldUnderItsOwnKeyOnly() {
        let sample = Sample(cluster: "  lease: { ttl: 1s }", wechat: "  timeout: 2m")
        #expect(problems(sample.text).map(\.keyPath) == ["cluster.lease.ttl", "wechat.timeout"])
        #expect(problems(Sample(wechat: "  timeout: 50ms").text).map(\.keyPath) == ["wechat.timeout"])
    }
}
