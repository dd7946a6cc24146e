import KeeperCore
import KeeperTestKit
import Logging
import RedisClient
import RedisStores
import Testing

/// What is written back, and what is known of a day, reaches the others.
@Suite struct RestoredRecordTests {
    private let app = AppID("wx0123456789abcdef")

    private func withWorld(_ body: (RedisWorld) async throws -> Void) async throws {
        try await withRedisServer { server in try await RedisWorld.with(server, body) }
    }

    private func record(
        version: UInt64 = 5, rotations: Int = 0, externalRotations: ExternalRotations? = nil
    ) -> CredentialRecord {
        CredentialRecord(
            app: app, event: 9, version: version, epoch: Epoch(1),
            issue: .init(
                token: Token("t\(version)"), fingerprint: Fingerprint("f\(version)"), life: .seconds(7200),
                left: .seconds(7000), age: .seconds(200)),
            previous: [Fingerprint("e")], rotationsToday: rotations, externalRotations: externalRotations)
    }

    private func restore(
        _ record: CredentialRecord, _ store: RedisStore, _ epoch: Epoch
    ) async throws -> CredentialRecord {
        let reply = try await store.perform(.restore(Restoration(epoch: epoch, record: record)), before: .soon)
        guard reply.outcome == .accepted, let record = reply.record else {
            throw Unexpected(description: "\(reply.outcome)")
        }
        return record
    }

    /// A follower that has read everything must learn of it, at once by the hint and in any case by its next tick.
    @Test func restoredRecord_IsHintedToTheOthers_AndAmongTheirChanges() async throws {
        try await withWorld { world in
            let (writer, reader) = (world.makeStore(.test("writer")), world.makeStore(.test("reader")))
            let epoch = try await writer.lead()
            let position = try await reader.tick().reply.position
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reader.run() }
                defer { group.cancelAll() }
                var hints = reader.hints.makeAsyncIterator()
                // The subscription itself.
                _ = await hints.next()
                _ = try await restore(record(), writer, epoch)
                #expect(await hints.next() != nil)
                let found = try await reader.tick(from: position).reply
                #expect(!found.startsOver && found.changes.map(\.app) == [app])
                #expect(found.changes.first?.issue?.token == Token("t5") && found.changes.first?.version == 5)
                #expect(found.position.event > position.event)
            }
        }
    }

    /// Neither the day's budget nor what external programs did is made anew by losing and writing back.
    @Test(arguments: [(3, 7), (7, 3)]) func largerCount_Stays(known: Int, stored: Int) async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            let key = RedisArgument("wxkeeper:{test}:tok:\(app)")
            let older = record(
                version: 4, rotations: stored, externalRotations: ExternalRotations(count: stored, age: .seconds(60)))
            _ = try await restore(older, store, epoch)
            let written = try await restore(
                record(rotations: known, externalRotations: ExternalRotations(count: known, age: .seconds(30))), store,
                epoch)
            #expect(written.rotationsToday == 7 && written.externalRotations?.count == 7)
            #expect(try await world.redis("HGET", key, "rotations").text == "7")
        }
    }

    /// WeChat was not called, so it has cost nothing of the day's quota; any other end has.
    @Test(arguments: [(Abortion.Effect.unsent, 0), (.none, 1), (.unknown, 1), (.late, 1)])
    func callThatWasNeverSent_IsNotCounted(effect: Abortion.Effect, count: Int) async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            let intent = IntentID(incarnation: LeaseHolder.test("a").incarnation, number: 1)
            let begun = try await store.perform(
                .begin(Beginning(app: app, epoch: epoch, intent: intent, basis: DecisionBasis(nil))), before: .soon)
            #expect(begun.record?.rotationsToday == 1)
            let ended = try await store.perform(
                .abort(Abortion(app: app, epoch: epoch, intent: intent, effect: effect, trouble: nil)),
                before: .soon)
            #expect(ended.record?.rotationsToday == count && ended.record?.intent == nil)
        }
    }

    /// The same token again, after a failure: that the failure is over is news.
    @Test func endOfATrouble_IsAmongTheChanges() async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            func put(_ known: UInt64, left: Duration) async throws -> CredentialReply {
                try await store.perform(
                    .put(
                        Putting(
                            app: app, epoch: epoch, token: Token("t"), fingerprint: Fingerprint("f"),
                            life: .seconds(7200), left: left, knownVersion: known, settledEvent: 0)), before: .soon)
            }
            _ = try await put(0, left: .seconds(7200))
            let trouble = Trouble(errcode: -1, summary: "busy")
            let failed = try await store.perform(
                .abort(Abortion(app: app, epoch: epoch, intent: nil, effect: .none, trouble: trouble)), before: .soon)
            let event = try #require(failed.record?.event)
            #expect(failed.record?.trouble == trouble)
            let healed = try await put(1, left: .seconds(10))
            #expect(healed.record?.trouble == nil && healed.record?.event == event + 1)
            #expect(healed.record?.version == 1, "it is the same token")
            let again = try await put(1, left: .seconds(10))
            #expect(again.record?.event == event + 1, "nothing is news twice")
        }
    }

    // MARK: `check --live`

    /// A token that is over proves nothing of WeChat's.
    @Test(arguments: [(7000, true), (-5, false)])
    func inspection_FindsOnlyATokenThatLives(left: Int, isFound: Bool) async throws {
        try await withWorld { world in
            let store = world.makeStore()
            let epoch = try await store.lead()
            var record = record()
            record.issue?.left = .seconds(left)
            _ = try await restore(record, store, epoch)
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: world.server.port)
            let inspection = try await RedisInspection(
                of: endpoint, cluster: "test", apps: [AppID("wxother"), app], patience: .seconds(10))
            #expect(inspection.found?.token == (isFound ? Token("t5") : nil))
        }
    }
}
