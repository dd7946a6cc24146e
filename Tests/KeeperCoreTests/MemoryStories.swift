import Testing

@testable import KeeperCore

/// What happens when the store, or a leader, has forgotten something.
@Suite struct MemoryStories {
    private let young = CredentialRecord.sample(version: 7, epoch: 3, age: .seconds(100))

    private func peer(_ record: CredentialRecord?) -> PeerState {
        PeerState(holder: .n2, floor: Epoch(4), syncAge: .seconds(1), records: record.map { [$0] } ?? [])
    }

    @Test func deletedRecord_IsWrittenBackWithinATick() throws {
        var stage = Stage.leading(young)
        stage.pass(.seconds(5))
        stage.forget()
        stage.store.forget(.wx1)
        stage.pass(.milliseconds(420))
        #expect(stage.story.contains("restore"))
        #expect(stage.notices.contains(.credential(.wx1, .restored(version: 7))))
        #expect(try stage.record().issue?.token == Token("t1"))
        stage.pass(.seconds(10))
        #expect(stage.calls.isEmpty)
    }

    @Test func deletedRecord_IsLeftToTheLeader() {
        var stage = Stage.following(young)
        stage.store.forget(.wx1)
        stage.pass(.seconds(5))
        #expect(stage.credentialCommands == [])
        #expect(stage.served?.credential.token == Token("t1"))
    }

    /// An intent may have stood in it, of a call that only the dead leader knew.
    @Test func recordFoundDeletedAfterItsLeadersDeath_WaitsForACallThatNobodySaw() throws {
        var stage = Stage.following(.sample(version: 7, epoch: 3, age: .seconds(4000)))
        stage.pass(.seconds(1))
        stage.store.forget(.wx1)
        stage.store.lease?.release = .holderDied
        stage.store.lock = nil
        stage.play(.hinted)
        let granted = stage.now
        #expect(stage.isLeading())
        stage.passUntil { !$0.calls.isEmpty }
        #expect(stage.story.contains("restore"))
        let timing = LeaseTiming.standard
        #expect(stage.now - granted >= timing.callTimeout + timing.lateness)
    }

    /// Whoever had it from us in an answer counts its end from when he asked, long before we had it.
    @Test func tokenOfOurOwnThatComesBackFromAMember_KeepsItsTimes() throws {
        var stage = Stage.leading(.sample(age: .seconds(4000)))
        stage.store.members = [.living(.n1), .living(.n2)]
        stage.pass(.seconds(1))
        stage.weather = { _ in .unreachable }
        try stage.wechat(issues: "t2")
        stage.pass(.milliseconds(400))
        let own = try #require(stage.served?.credential)
        #expect(own.token == Token("t2"))
        stage.passUntil { !$0.queries.isEmpty }
        try stage.members([
            peer(.sample(version: own.version, epoch: own.epoch.rawValue, token: "t2", left: .seconds(60)))
        ])
        #expect(stage.served?.credential == own)
    }

    @Test func wipedStore_IsFilledFromMemoryWithoutACall() throws {
        var stage = Stage.leading(young)
        stage.pass(.seconds(5))
        stage.forget()
        stage.store.wipe()
        stage.passUntil(atMost: .seconds(3)) { $0.store.record(.wx1, at: $0.now) != nil }
        #expect(stage.notices.contains(.store(.replaced)))
        #expect(stage.notices.contains(.lease(.lost(Epoch(5), to: nil))))
        #expect(try stage.record().version == 7)
        #expect(stage.core.health(at: stage.now).epoch > Epoch(5), "the floor outlives the store")
        stage.pass(.seconds(20))
        #expect(stage.calls.isEmpty)
    }

    /// Redis restarted from an older copy of itself: its name is the same, its counter smaller.
    @Test func storeRolledBack_IsBroughtForwardAgain() throws {
        var stage = Stage.leading(young)
        let old = stage.store
        stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 40001))
        try stage.wechat(issues: "t8")
        #expect(try stage.record().version == 8)
        stage.pass(.seconds(1))

        let lock = stage.store.lock
        stage.store = old
        stage.store.lock = lock
        stage.pass(.seconds(2))
        #expect(try stage.record().version == 8)
        #expect(try stage.record().issue?.token == Token("t8"))
        // And the next rotation goes through.
        stage.forget()
        stage.pass(.seconds(4000))
        #expect(stage.calls.count == 1)
    }

    @Test func leaderLackingAToken_AsksTheMembersFirst() throws {
        var stage = Stage()
        stage.store.members = [.living(.n1), .living(.n2)]
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        stage.letOthersRegister()
        #expect(stage.queries.map(\.members) == [[.living(.n2)]])
        #expect(stage.calls.isEmpty)
        stage.forget()
        try stage.members([peer(young)])
        #expect(stage.story == ["restore"])
        #expect(stage.served?.credential.token == Token("t1"))
        #expect(try stage.record().version == 7)
        stage.pass(.seconds(10))
        #expect(stage.calls.isEmpty && stage.queries.isEmpty)
    }

    @Test func membersThatKnowNothing_AreAskedOnce() throws {
        var stage = Stage()
        stage.store.members = [.living(.n1), .living(.n2)]
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        stage.letOthersRegister()
        stage.forget()
        try stage.members([])
        #expect(stage.story == ["begin", "call"])
        #expect(stage.queries.isEmpty)
    }

    @Test func leaderAfterATotalLoss_WaitsTheWholeQuietPeriod() {
        var stage = Stage()
        stage.store.members = [.living(.n1)]
        stage.play(.started)
        let granted = stage.now
        #expect(stage.isLeading())
        stage.passUntil { !$0.calls.isEmpty }
        let timing = LeaseTiming.standard
        let expected = granted + timing.observation + timing.lateness
        #expect(stage.now >= expected && stage.now <= expected + .milliseconds(50))
    }

    /// After a total loss two nodes may give the same number to different tokens; the term tells them apart.
    @Test func sameVersionOfALaterTerm_HasItsOwnTime() {
        var stage = Stage.following(.sample(version: 3, epoch: 2, age: .seconds(3000)))
        stage.store.keep(.sample(version: 3, epoch: 4, token: "t9", age: .seconds(10)), at: stage.now)
        stage.pass(.seconds(1))
        stage.store.lock = nil
        stage.pass(.seconds(1500))
        #expect(stage.isLeading() && stage.calls.isEmpty)
    }

    /// The store was lost, its clock stood still, and its number of a term was given twice.
    @Test func termNumberGivenTwice_AsksForALaterTerm() throws {
        let held = CredentialRecord.sample(version: 3, epoch: 4, token: "t3", age: .seconds(60))
        var stage = Stage.following(held)
        stage.pass(.seconds(1))
        stage.store.wipe()
        stage.store.lead(.n2, epoch: 4, until: stage.now + .seconds(60))
        stage.store.keep(.sample(version: 1, epoch: 4, token: "u1", age: .seconds(5)), at: stage.now)
        stage.pass(.seconds(1))
        #expect(stage.core.peerState(at: stage.now).floor == Epoch(5))
        #expect(stage.served?.credential.token == Token("t3") && stage.served?.promisedUntil != nil)
    }

    @Test func orphanedIntent_IsDropped() throws {
        var stage = Stage.leading(young)
        var orphaned = young
        orphaned.intent = OpenIntent(
            id: IntentID(incarnation: LeaseHolder.n1.incarnation, number: 99), epoch: Epoch(5), event: 1, age: .zero)
        stage.store.keep(orphaned, at: stage.now)
        stage.forget()
        stage.play(.hinted)
        #expect(stage.story == ["abort(unsent)"])
        #expect(try stage.record().intent == nil)
        #expect(try stage.record().taint == nil)
    }

    @Test func storeAway_LetsMembersConfirmEachOther() throws {
        var stage = Stage.following(young)
        stage.store.members = [.living(.n1), .living(.n2)]
        stage.pass(.seconds(1))
        stage.weather = { _ in .unreachable }
        stage.passUntil { !$0.queries.isEmpty }
        #expect(stage.core.health(at: stage.now).isStale)
        try stage.members([peer(nil)])
        #expect(stage.core.confirmationAge(at: stage.now).map { $0 < .milliseconds(1011) } == true)
        #expect(!stage.core.health(at: stage.now).isStale)
        stage.weather = { _ in .fair }
        stage.pass(.seconds(1))
        #expect(stage.notices.contains(.store(.reachable)))
    }

    @Test func jumpOfTheStoresClock_IsToldAndChangesNothing() {
        var stage = Stage.leading(young)
        stage.pass(.seconds(2))
        let before = stage.served
        stage.store.stepClock(by: 3600, at: stage.now)
        stage.pass(.seconds(2))
        #expect(stage.core.status(at: stage.now).counters.storeClockSteps == 1)
        #expect(stage.served == before)
        #expect(stage.isLeading())
    }
}
