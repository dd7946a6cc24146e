import KeeperCore
import KeeperPorts
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

/// What a reload finds to be different.
@Suite struct DifferencesTests {
    private func reload(from old: Sample, to new: Sample) throws -> Reload {
        try configuration(new.text).differences(from: configuration(old.text))
    }

    private func second(_ lines: String = "") -> String {
        """
          - appid: wx2
            secret: { value: app-secret-0123456789 }
        \(lines)
        """
    }

    @Test func sameFile_ChangesNothing() throws {
        #expect(
            try reload(from: Sample(), to: Sample())
                == Reload(added: [], removed: [], changed: [], appCount: 1, clientCount: 1, needsRestart: []))
    }

    @Test func apps_AreAddedAndRemoved() throws {
        let added = try reload(from: Sample(), to: Sample(app: second()))
        #expect(added.added == [AppID("wx2")] && added.removed.isEmpty && added.changed.isEmpty && added.appCount == 2)
        let removed = try reload(from: Sample(app: second()), to: Sample())
        #expect(removed.removed == [AppID("wx2")] && removed.added.isEmpty && removed.appCount == 1)
    }

    @Test(arguments: [
        "    api: classic", "    tickets: [jsapi]", "    publish: [seed]", "    js-domains: [a.example]",
        "    drop-in: appsecret", "    name: shop",
    ])
    func whateverIsDifferentOfAnApp_IsAChange(_ line: String) throws {
        let found = try reload(from: Sample(app: second()), to: Sample(app: second(line)))
        #expect(found.changed == [AppID("wx2")] && found.added.isEmpty && found.removed.isEmpty)
        #expect(found.needsRestart.isEmpty)
    }

    @Test func rest_CountsAtTheNextStart() throws {
        let all = Sample(
            cluster: "  name: other", node: "  drain: 9s", wechat: "  watch: 1m",
            other: "alarms: { webhook: { value: \"https://example.com/hook\" } }")
        let found = try reload(from: Sample(), to: all)
        #expect(found.needsRestart == ["cluster", "node", "wechat", "alarms"])
        #expect(Set(found.needsRestart + ["apps", "clients"]) == Set(ConfigurationReader.known), "every section")
        #expect(found.changed.isEmpty)
        #expect(try reload(from: all, to: all).needsRestart.isEmpty)
    }
}
