import Testing

@testable import KeeperCore

/// What happens when the store, or a leader, has forgotten something.
@Suite struct MemoryScenarios {
    private let young = CredentialRecord.sample(version: 7, epoch: 3, age: .seconds(100))

    private func peer(_ record: CredentialRecord?) -> MemberState {
        MemberState(holder: .n2, highestEpochSeen: Epoch(4), syncAge: .seconds(1), records: record.map { [$0] } ?? [])
    }

    @Test func deletedRecord_IsWrittenBackWithinATick() throws {
        var harness = Harness.leading(young)
        harness.pass(.seconds(5))
        harness.forget()
        harness.store.forget(.wx1)
        harness.pass(.milliseconds(420))
        #expect(harness.story.contains("restore"))
        #expect(harness.notices.contains(.credential(app: .wx1, notice: .restored(version: 7))))
        #expect(try harness.record().issue?.token == Token("t1"))
        harness.pass(.seconds(10))
        #expect(harness.calls.isEmpty)
    }

    @Test func deletedRecord_IsLeftToTheLeader() {
        var harness = Harness.following(young)
        harness.store.forget(.wx1)
        harness.pass(.seconds(5))
        #expect(harness.credentialCommands == [])
        #expect(harness.served?.credential.token == Token("t1"))
    }

    /// An intent may have stood in it, of a call that only the dead leader knew.
    @Test func recordFoundDeletedAfterItsLeadersDeath_WaitsForACallThatNobodySaw() throws {
        var harness = Harness.following(.sample(version: 7, epoch: 3, age: .seconds(4000)))
        harness.pass(.seconds(1))
        harness.store.forget(.wx1)
        harness.store.lease?.release = .holderDied
        harness.store.lock = nil
        harness.play(.hinted)
        let granted = harness.now
        #expect(harness.isLeading())
        harness.passUntil { !$0.calls.isEmpty }
        #expect(harness.story.contains("restore"))
        let timing = LeaseTiming.standard
        #expect(harness.now - granted >= timing.callTimeout + timing.lateness)
    }

    /// Whoever had it from us in an answer counts its end from when he asked, long before we had it.
    @Test func tokenOfOurOwnThatComesBackFromAMember_KeepsItsTimes() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.pass(.seconds(1))
        harness.weather = { _ in .unreachable }
        try harness.wechat(issues: "t2")
        harness.pass(.milliseconds(400))
        let own = try #require(harness.served?.credential)
        #expect(own.token == Token("t2"))
        harness.passUntil { !$0.queries.isEmpty }
        try harness.members([
            peer(.sample(version: own.version, epoch: own.epoch.rawValue, token: "t2", left: .seconds(60)))
        ])
        #expect(harness.served?.credential == own)
    }

    @Test func wipedStore_IsFilledFromMemoryWithoutACall() throws {
        var harness = Harness.leading(young)
        harness.pass(.seconds(5))
        harness.forget()
        harness.store.wipe()
        harness.passUntil(atMost: .seconds(3)) { $0.store.record(.wx1, at: $0.now) != nil }
        #expect(harness.notices.contains(.store(.replaced)))
        #expect(harness.notices.contains(.lease(.lost(epoch: Epoch(5), to: nil))))
        #expect(try harness.record().version == 7)
        #expect(harness.core.health(at: harness.now).epoch > Epoch(5), "the highest epoch seen outlives the store")
        harness.pass(.seconds(20))
        #expect(harness.calls.isEmpty)
    }

    /// Redis restarted from an older copy of itself: its name is the same, its counter smaller.
    @Test func storeRolledBack_IsBroughtForwardAgain() throws {
        var harness = Harness.leading(young)
        let old = harness.store
        harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 40001))
        try harness.wechat(issues: "t8")
        #expect(try harness.record().version == 8)
        harness.pass(.seconds(1))

        let lock = harness.store.lock
        harness.store = old
        harness.store.lock = lock
        harness.pass(.seconds(2))
        #expect(try harness.record().version == 8)
        #expect(try harness.record().issue?.token == Token("t8"))
        // And the next rotation goes through.
        harness.forget()
        harness.pass(.seconds(4000))
        #expect(harness.calls.count == 1)
    }

    @Test func leaderLackingAToken_AsksTheMembersFirst() throws {
        var harness = Harness()
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.letOthersRegister()
        #expect(harness.queries.map(\.members) == [[.living(.n2)]])
        #expect(harness.calls.isEmpty)
        harness.forget()
        try harness.members([peer(young)])
        #expect(harness.story == ["restore"])
        #expect(harness.served?.credential.token == Token("t1"))
        #expect(try harness.record().version == 7)
        harness.pass(.seconds(10))
        #expect(harness.calls.isEmpty && harness.queries.isEmpty)
    }

    @Test func membersThatKnowNothing_AreAskedOnce() throws {
        var harness = Harness()
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.letOthersRegister()
        harness.forget()
        try harness.members([])
        #expect(harness.story == ["begin", "call"])
        #expect(harness.queries.isEmpty)
    }

    @Test func leaderAfterATotalLoss_WaitsTheWholeQuietPeriod() {
        var harness = Harness()
        harness.store.members = [.living(.n1)]
        harness.play(.started)
        let granted = harness.now
        #expect(harness.isLeading())
        let timing = LeaseTiming.standard
        let quiet = timing.observation + timing.lateness
        // Whoever is told how long that lasts is told all of it.
        #expect(harness.core.status(at: granted).quietLeft == quiet)
        #expect(harness.notices.contains(.lease(.granted(epoch: harness.core.health(at: granted).epoch, quiet: quiet))))
        harness.passUntil { !$0.calls.isEmpty }
        let expected = granted + quiet
        #expect(harness.now >= expected && harness.now <= expected + .milliseconds(50))
    }

    /// After a total loss two nodes may give the same number to different tokens; the term tells them apart.
    @Test func sameVersionOfALaterTerm_HasItsOwnTime() {
        var harness = Harness.following(.sample(version: 3, epoch: 2, age: .seconds(3000)))
        harness.store.keep(.sample(version: 3, epoch: 4, token: "t9", age: .seconds(10)), at: harness.now)
        harness.pass(.seconds(1))
        harness.store.lock = nil
        harness.pass(.seconds(1500))
        #expect(harness.isLeading() && harness.calls.isEmpty)
    }

    /// The store was lost, its clock stood still, and its number of a term was given twice.
    @Test func termNumberGivenTwice_AsksForALaterTerm() throws {
        let held = CredentialRecord.sample(version: 3, epoch: 4, token: "t3", age: .seconds(60))
        var harness = Harness.following(held)
        harness.pass(.seconds(1))
        harness.store.wipe()
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(60))
        harness.store.keep(.sample(version: 1, epoch: 4, token: "u1", age: .seconds(5)), at: harness.now)
        harness.pass(.seconds(1))
        #expect(harness.core.memberState(at: harness.now).highestEpochSeen == Epoch(5))
        #expect(harness.served?.credential.token == Token("t3") && harness.served?.promisedUntil != nil)
    }

    @Test func orphanedIntent_IsDropped() throws {
        var harness = Harness.leading(young)
        var orphaned = young
        orphaned.intent = OpenIntent(
            id: IntentID(incarnation: LeaseHolder.n1.incarnation, number: 99), epoch: Epoch(5), event: 1, age: .zero)
        harness.store.keep(orphaned, at: harness.now)
        harness.forget()
        harness.play(.hinted)
        #expect(harness.story == ["abort(unsent)"])
        #expect(try harness.record().intent == nil)
        #expect(try harness.record().uncertainty == nil)
    }

    @Test func storeAway_LetsMembersConfirmEachOther() throws {
        var harness = Harness.following(young)
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.pass(.seconds(1))
        harness.weather = { _ in .unreachable }
        harness.passUntil { !$0.queries.isEmpty }
        #expect(harness.core.health(at: harness.now).isStale)
        try harness.members([peer(nil)])
        #expect(harness.core.memberState(at: harness.now).syncAge.map { $0 < .milliseconds(1011) } == true)
        #expect(!harness.core.health(at: harness.now).isStale)
        harness.weather = { _ in .fair }
        harness.pass(.seconds(1))
        #expect(harness.notices.contains(.store(.reachable)))
    }

    @Test func jumpOfTheStoresClock_IsToldAndChangesNothing() {
        var harness = Harness.leading(young)
        harness.pass(.seconds(2))
        let before = harness.served
        harness.store.stepClock(by: 3600, at: harness.now)
        harness.pass(.seconds(2))
        #expect(harness.core.status(at: harness.now).counters.storeClockSteps == 1)
        #expect(harness.served == before)
        #expect(harness.isLeading())
    }
}
