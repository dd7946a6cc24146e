import Testing

@testable import KeeperCore

/// More apps than calls that may be in flight at once.
@Suite struct ManyAppsScenarios {
    private static let count = 3 * CallSlots.most

    @Test(arguments: [CredentialLine.stable, .classic])
    func everyApp_HasItsTurn_AndNeverTooManyAtOnce(line: CredentialLine) throws {
        let apps = (0..<Self.count).map { AppSettings(id: AppID("wx\(1000 + $0)"), line: line) }
        var harness = Harness(apps: apps)
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.letOthersRegister()
        var served: Set<AppID> = []
        var most = 0
        while served.count < Self.count {
            harness.pass(.milliseconds(10))
            most = max(most, harness.calls.count)
            let app = try #require(harness.calls.first?.app, "\(served.count) apps have their token, the others wait")
            try harness.wechat(issues: "token of \(app)")
            served.insert(app)
        }
        #expect(most == CallSlots.most)
        #expect(harness.core.slots.taken == 0)
    }
}
