import KeeperCore
import KeeperPorts

extension StoreConformance {
    /// The number of the format.
    static let formats = [emptyStore] + others

    private static let emptyStore = StoreConformance("emptyStore_IsGivenTheNumberOfTheFormat") { scene in
        try expect(try await scene.harness.format(), nil)
        _ = try await scene.a.tick()
        try expect(try await scene.harness.format(), StoreRefusal.knownFormat)
        try await scene.harness.wipe()
        _ = try await scene.a.lead()
        try expect(try await scene.harness.format(), StoreRefusal.knownFormat)
    }

    private static let others = [StoreRefusal.knownFormat + 1, 0, nil].map { number in
        StoreConformance("otherFormat_IsRefused_AndLeftAlone (\(number.map { "\($0)" } ?? "no number"))") { scene in
            try await refusesEverything(scene, number)
        }
    }

    private static func refusesEverything(_ scene: StoreScene, _ number: Int?) async throws {
        let epoch = try await scene.a.lead()
        let record = try require(try await scene.a.put(epoch, "one").record)
        _ = try await scene.b.tick()
        let before = try await scene.a.tick()
        try await scene.harness.setFormat(number)
        for command in leaseCommands(epoch) {
            for caller in [scene.a, scene.b] {
                try await expectRefusal(of: "\(command)", number) { _ = try await caller.perform(command) }
            }
        }
        for command in credentialCommands(epoch, scene.a, record) {
            try await expectRefusal(of: "\(command)", number) { _ = try await scene.a.perform(command) }
        }
        try expect(try await scene.harness.format(), number, "the number that was found")
        try await scene.harness.setFormat(StoreRefusal.knownFormat)
        let after = try await scene.a.tick(from: before.position, verify: [StoreCaller.app])
        try expect(after.position, before.position)
        try expect(after.changes, [])
        try expect(after.missing, [])
        try expect(after.lease, before.lease)
        try expect(after.pauseLeft, nil)
        try expect(after.lockLeft != nil, "the lock was touched")
        try expect(after.members.map(\.beat), [2, 1], "a heartbeat was counted")
    }

    private static func leaseCommands(_ epoch: Epoch) -> [LeaseCommand] {
        [
            .tick(Tick(position: nil, claimsName: true, memberTTL: .seconds(60), verify: [StoreCaller.app])),
            .acquire(Acquisition(ttl: .seconds(60), highestEpochSeen: .none, observed: nil, steals: true)),
            .renew(epoch: epoch, ttl: .seconds(60), isActive: true),
            .release(epoch: epoch, handover: Handover(left: .zero)),
            .reportDeath, .pause(for: .seconds(60)), .leave,
        ]
    }

    private static func credentialCommands(
        _ epoch: Epoch, _ caller: StoreCaller, _ record: CredentialRecord
    ) -> [CredentialCommand] {
        let app = StoreCaller.app
        var higher = record
        higher.version += 1
        return [
            .begin(Beginning(app: app, epoch: epoch, intent: caller.intent(1), basis: DecisionBasis(record))),
            .publish(
                Publication(
                    app: app, epoch: Epoch(epoch.rawValue + 1), intent: caller.intent(2), token: Token("two"),
                    fingerprint: StoreCaller.fingerprint("two"), life: .seconds(7200), left: .seconds(7200),
                    age: .zero, knownVersion: 1, followsExternalRotation: true)),
            .abort(Abortion(app: app, epoch: epoch, intent: nil, effect: .none, trouble: Trouble(summary: "none"))),
            .put(
                Putting(
                    app: app, epoch: epoch, token: Token("two"), fingerprint: StoreCaller.fingerprint("two"),
                    life: .seconds(7200), left: .seconds(7200), knownVersion: 1, settledEvent: 0)),
            .restore(Restoration(epoch: epoch, record: higher)),
        ]
    }

    private static func expectRefusal(
        of what: String, _ number: Int?, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch StoreError.rejected(let refusal) {
            return try expect(refusal, .unknownFormat(number), what)
        }
        throw Nonconformance(description: "\(what) was not refused")
    }
}
