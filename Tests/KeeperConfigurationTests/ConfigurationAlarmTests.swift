import KeeperHTTP
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

/// The section `alarms`.
@Suite struct ConfigurationAlarmTests {
    private let url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0"

    private func alarms(_ section: String) throws -> Configuration.Alarms? {
        try configuration(
            Sample(other: section).text, variables: ["HOOK": url], files: ["hook": url + "\n"]
        ).alarms
    }

    @Test func withoutTheSection_NothingIsPosted() throws {
        #expect(try alarms("") == nil)
        #expect(try alarms("alarms:") == nil)
    }

    @Test(arguments: ["{ env: HOOK }", "{ file: hook }"])
    func webhook_IsASecret(_ given: String) throws {
        let found = try #require(try alarms("alarms: { webhook: \(given) }"))
        #expect(found.webhook.reveal() == url && found.format == .json)
        let configuration = try configuration(Sample(other: "alarms: { webhook: { value: \"\(url)\" } }").text)
        #expect(!"\(configuration)\(ConfigurationSummary(configuration: configuration))".contains("693a91f6"))
        #expect("\(ConfigurationSummary(configuration: configuration))".contains("posted as json"))
    }

    @Test func format_IsTheReceiver() throws {
        for (word, format) in [("json", .json), ("wecom", .wecom), ("dingtalk", .dingtalk)]
            as [(String, Configuration.Alarms.Format)]
        {
            #expect(try alarms("alarms: { webhook: { env: HOOK }, format: \(word) }")?.format == format)
        }
    }

    @Test func plainHTTP_IsAWarning_UnlessItStaysHere() throws {
        for (host, warnings) in [("alarms.example.com", 1), ("127.0.0.1:9", 0), ("[::1]", 0), ("localhost", 0)] {
            let text = Sample(other: "alarms: { webhook: { value: \"http://\(host)/0693a91f\" } }").text
            let found = try read(text).get().warnings.filter { $0.keyPath == "alarms.webhook" }
            #expect(found.count == warnings, "\(host)")
            #expect(!found.map(\.description).joined().contains("0693a91f"))
        }
    }

    @Test(arguments: [
        ("alarms: { format: wecom }", "alarms.webhook"),
        ("alarms: {}", "alarms.webhook"),
        (
            "alarms: { webhook: { value: https://example.com/\(String(repeating: "x", count: 493)) } }",
            "alarms.webhook.value"
        ),
        ("alarms: { webhook: \"https://example.com/hook-0693a91f\" }", "alarms.webhook"),
        ("alarms: { webhook: { value: ftp://example.com/hook-0693a91f } }", "alarms.webhook.value"),
        ("alarms: { webhook: { value: \"https://user:0693a91f@example.com/\" } }", "alarms.webhook.value"),
        ("alarms: { webhook: { env: HOOK }, format: slack }", "alarms.format"),
        ("alarms: { webhook: { env: HOOK }, url: x }", "alarms.url"),
        ("alarms: [https://example.com/hook-0693a91f]", "alarms"),
    ])
    func mistake_IsNamed_WithoutTheSecret(_ section: String, _ path: String) {
        let found = problems(Sample(other: section).text, variables: ["HOOK": url])
        #expect(found.map(\.keyPath) == [path])
        #expect(!found.map(\.description).joined().contains("0693a91f"))
    }
}
