import KeeperTestKit
import Testing

@testable import KeeperConfiguration

@Suite struct SecrecyTests {
    static let marker = "hunter2hunter2hunter2"

    /// Files in which the marker stands where a secret belongs, or where one might be put by mistake.
    @Test(arguments: [
        "cluster: { redis: \"rediss://u:\(marker)@h\", secret: \(marker) }",
        "cluster: { redis: \"redis://u:\(marker)@h:x\", secret: [\(marker)] }",
        "cluster: { redis: \"redis://\(marker)@h\", secret: { value: [\(marker)] } }",
        "cluster: { redis: \(marker), secret: { value: \"\(marker) \" } }",
        "cluster: { redis: \"\(marker)://h\", secret: { file: \(marker) } }",
        "cluster: { redis: \"redis://h/\(marker)\", secret: { env: \(marker) } }",
        "cluster: { redis: \"redis://h\", secret: { value: \(marker), file: \(marker) } }",
        "cluster: { redis: \"redis://h\", secret: { valeu: \(marker) } }",
        "cluster: { redis: \"redis://h\", secret: { value: \"${\(marker)}\" } }",
        "cluster: { redis: \"redis://h\", secret: { value: \"${\(marker)\" } }",
        "cluster: { redis: \"redis://h\", secret: { value: \(marker)",
        "cluster:\n  secret: \"\(marker)\n  name: b\n: c",
        "clients: [{ id: a, key: { sha256: \(marker) }, apps: [] }]",
        "clients: [{ id: a, key: \(marker), apps: [] }]",
        "apps: [{ appid: \"${SECRET}:\", secret: { env: SECRET_WITH_SPACE }, name: \"${SECRET}\\n\" }]",
        "wechat: { base-url: \"https://u:\(marker)@h\" }\nnode: { advertise: \"http://\(marker)@h\" }",
        "wechat: { fallback-urls: [\"https://u:\(marker)@h\"] }",
    ])
    func secret_IsInNoProblem(_ text: String) {
        let variables = ["SECRET": Self.marker, "SECRET_WITH_SPACE": Self.marker + " x"]
        let found = problems(text, variables: variables)
        #expect(!found.isEmpty)
        #expect(!"\(ConfigurationProblems(problems: found))".contains(Self.marker))
    }

    @Test func secret_IsInNoDescriptionOfAConfiguration() throws {
        let text = Sample().text
            .replacing("127.0.0.1:6379", with: "u:\(Self.marker)@127.0.0.1:6379")
            .replacing(Sample.secret, with: Self.marker)
            .replacing("app-secret-0123456789", with: Self.marker)
            .replacing("client-key-0123456789", with: Self.marker)
        let configuration = try configuration(text)
        var dumped = ""
        dump(configuration, to: &dumped)
        let summary = "\(ConfigurationSummary(configuration: configuration))"
        for shown in ["\(configuration)", String(reflecting: configuration), dumped, summary] {
            #expect(!shown.contains(Self.marker))
        }
        #expect(configuration.cluster.redis.password?.reveal() == Self.marker)
    }
}
