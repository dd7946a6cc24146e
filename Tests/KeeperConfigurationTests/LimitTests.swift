import KeeperHTTP
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

/// Every limit of the configuration, on both sides of it.
@Suite struct ConfigurationLimitTests {
    /// Lines put into a good file, what is just allowed and what is just too much, and where that is told.
    struct Limit: CustomTestStringConvertible, Sendable {
        let path: String
        let good: Sample
        let bad: Sample

        var testDescription: String { path }
    }

    private static func list(_ count: Int, _ item: (Int) -> String) -> String {
        "[" + (0..<count).map(item).joined(separator: ", ") + "]"
    }

    private static func hosts(_ count: Int) -> Sample {
        Sample(app: "    js-domains: \(list(count) { "h\($0).example" })")
    }

    private static func copies(_ count: Int) -> Sample {
        Sample(app: "    publish: \(list(count) { "{ key: k\($0) }" })")
    }

    private static func secret(_ length: Int) -> Sample {
        Sample(app: "  - { appid: wx2, secret: { value: \(String(repeating: "s", count: length)) } }")
    }

    static let limits = [
        Limit(path: "wechat.overlap", good: overlap("1h"), bad: overlap("3601s")),
        Limit(path: "wechat.overlap", good: overlap("1s"), bad: overlap("999ms")),
        Limit(path: "wechat.watch", good: Sample(wechat: "  watch: 1h"), bad: Sample(wechat: "  watch: 3601s")),
        Limit(path: "wechat.watch", good: Sample(wechat: "  watch: 1s"), bad: Sample(wechat: "  watch: 999ms")),
        Limit(path: "wechat.watch", good: Sample(wechat: "  watch: 0s"), bad: Sample(wechat: "  watch: 1ms")),
        Limit(path: "wechat.timeout", good: Sample(wechat: "  timeout: 100ms"), bad: Sample(wechat: "  timeout: 99ms")),
        Limit(
            path: "cluster.lease.ttl", good: Sample(cluster: "  lease: { ttl: 300s }"),
            bad: Sample(cluster: "  lease: { ttl: 301s }")),
        Limit(path: "apps[0].js-domains", good: hosts(100), bad: hosts(101)),
        Limit(path: "apps[0].publish", good: copies(16), bad: copies(17)),
        Limit(path: "apps[1].secret.value", good: secret(512), bad: secret(513)),
    ]

    private static func overlap(_ text: String) -> Sample {
        // The one line of the sample that another would only repeat.
        Sample(wechat: "  #overlap \(text)")
    }

    private func text(_ sample: Sample) -> String {
        guard let overlap = sample.wechat.split(separator: "#overlap ").dropFirst().first else { return sample.text }
        return sample.text.replacing("overlap: 5m", with: "overlap: \(overlap)")
    }

    @Test(arguments: limits) func limit_IsWhereItIsSaidToBe(limit: Limit) {
        #expect(problems(text(limit.good)).isEmpty)
        #expect(problems(text(limit.bad)).map(\.keyPath) == [limit.path])
    }

    @Test func clients_HaveANumber() {
        func clients(_ count: Int) -> String {
            let lines = (0..<count).map { "  - { id: c\($0), key: { value: key-of-client-\($0) }, apps: [] }" }
            return """
                cluster: { redis: "redis://h", secret: { value: cluster-secret-0123 } }
                clients:
                \(lines.joined(separator: "\n"))
                """
        }
        #expect(problems(clients(10_000)).isEmpty)
        #expect(problems(clients(10_001)).map(\.keyPath) == ["clients"])
    }

    @Test func nesting_HasADepth() {
        func nested(_ depth: Int) -> String {
            Sample(app: "    tickets: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
                .text
        }
        // They stand in an app of the list of apps.
        #expect(!problems(nested(9)).contains { $0.found == "deep nesting" })
        #expect(problems(nested(10)).contains { $0.found == "deep nesting" })
    }

    // MARK: What is understood

    /// With WeChat's own address, or another https one, WeCom stays where it is; a simulator plays both.
    @Test(arguments: [
        ("", "https://qyapi.weixin.qq.com"), ("  base-url: https://api2.weixin.qq.com", "https://qyapi.weixin.qq.com"),
        ("  base-url: http://127.0.0.1:9100", "http://127.0.0.1:9100"),
        ("  base-url: http://127.0.0.1:9100\n  wecom-url: https://wecom.example/", "https://wecom.example"),
    ])
    func wecom_IsWhereItIs_UnlessToldOtherwise(lines: String, url: String) throws {
        #expect(try configuration(Sample(wechat: lines).text).wechat.wecomURL == url)
    }

    @Test func hostOfPages_IsComparedInLowerCase() throws {
        let hosts = try configuration(Sample(app: "    js-domains: [Shop.EXAMPLE.com, b.example:8443]").text).apps[0]
            .jsDomains
        #expect(hosts == ["shop.example.com", "b.example:8443"])
    }

    /// Robots know their callers by the URL, so it is a secret on the way too.
    @Test(arguments: [
        ("http://hooks.example/send?key=k0123456789", 1), ("https://hooks.example/send?key=k0123456789", 0),
        ("http://127.0.0.1:8080/send?key=k0123456789", 0), ("http://localhost/send?key=k0123456789", 0),
    ])
    func webhookThatEverybodyOnTheWayCanRead_IsAWarning(url: String, count: Int) throws {
        let outcome = try read(Sample(other: "alarms: { webhook: { value: \"\(url)\" } }").text).get()
        #expect(outcome.warnings.filter { $0.keyPath == "alarms.webhook" }.count == count)
        #expect(outcome.configuration.alarms?.webhook.reveal() == url && outcome.configuration.alarms?.format == .json)
    }
}
