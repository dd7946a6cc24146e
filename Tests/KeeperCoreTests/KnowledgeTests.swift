import Testing

@testable import KeeperCore

@Suite struct KnowledgeTests {
    private var knowledge = Knowledge(app: .wx1)
    private let intent = IntentID(incarnation: LeaseHolder.n2.incarnation, number: 3)

    private mutating func learn(_ record: CredentialRecord, from store: String = "s", at seconds: Double = 100) {
        knowledge.learn(record, from: store, readAfter: .seconds(seconds))
    }

    @Test mutating func staleReading_IsIgnored() {
        learn(.sample(event: 9, version: 4))
        learn(.sample(event: 8, version: 3, token: "t0"))
        #expect(knowledge.credential?.version == 4)
        #expect(knowledge.stored.event == 9 && knowledge.isStored)
    }

    /// A server that came back from an older copy counts its events from below; what it acknowledges is true.
    @Test mutating func newerTokenUnderALowerEvent_IsNoStaleReading() {
        learn(.sample(event: 9, version: 4))
        learn(.sample(event: 8, version: 5, token: "t5"))
        #expect(knowledge.credential?.token == Token("t5"))
        #expect(knowledge.stored.event == 8)
    }

    @Test mutating func anotherStore_StartsItsOwnCount() {
        learn(.sample(event: 9, version: 4))
        learn(.sample(event: 1, version: 5, token: "t2"), from: "other")
        #expect(knowledge.credential?.version == 5)
    }

    @Test mutating func knowledge_NeverGoesBack() {
        learn(.sample(event: 1, version: 4, epoch: 3, token: "new"))
        learn(.sample(event: 2, version: 9, epoch: 2, token: "old"))
        #expect(knowledge.credential?.token == Token("new"))
        #expect(!knowledge.isStored)
        #expect(knowledge.stored.version == 9)
        learn(.sample(event: 3, version: 3, epoch: 3, token: "older"))
        #expect(knowledge.credential?.version == 4)
        learn(.sample(event: 4, version: 4, epoch: 3, token: "new"))
        #expect(knowledge.isStored)
    }

    @Test mutating func deadlineOfAKnownVersion_IsNotRecomputed() {
        learn(.sample(event: 1, left: .seconds(1000)), at: 100)
        learn(.sample(event: 2, left: .seconds(2000)), at: 200)
        #expect(knowledge.credential?.expiresAt == .seconds(1100))
        learn(.sample(event: 3, version: 2, left: .seconds(2000)), at: 200)
        #expect(knowledge.credential?.expiresAt == .seconds(2200))
    }

    @Test mutating func recordThatLostItsToken_IsToBeWrittenBack() {
        learn(.sample(event: 1))
        learn(.sample(event: 2, version: 0, epoch: 0, token: nil))
        #expect(knowledge.credential != nil)
        #expect(!knowledge.isStored)
    }

    @Test mutating func intentAndTaint_AreAnUncertaintySinceTheEarlier() {
        learn(
            .sample(
                intent: OpenIntent(id: intent, epoch: Epoch(1), event: 1, age: .seconds(5)),
                uncertainty: StoredUncertainty(event: 1, age: .seconds(20))))
        #expect(knowledge.uncertainSince == .seconds(80))
        let basis = knowledge.stored.basis
        #expect((basis.version, basis.uncertainty, basis.intent) == (1, 1, intent))
    }

    @Test mutating func uncertainty_NeverGetsYoungerByReadingItAgain() {
        func uncertainty(_ seconds: Double) -> StoredUncertainty { StoredUncertainty(event: 7, age: .seconds(seconds)) }
        learn(.sample(event: 7, uncertainty: uncertainty(5)), at: 100)
        learn(.sample(event: 8, uncertainty: uncertainty(1)), at: 101)
        #expect(knowledge.uncertainSince == .seconds(95))
        learn(.sample(event: 9), at: 102)
        #expect(knowledge.uncertainSince == nil)
    }

    @Test mutating func ownUncertainty_LastsUntilTheStoreKnowsOrAnotherTokenComes() {
        learn(.sample(event: 1))
        knowledge.becomeUncertain(since: .seconds(90))
        knowledge.becomeUncertain(since: .seconds(95))
        #expect(knowledge.uncertainSince == .seconds(90))
        learn(.sample(event: 2))
        #expect(knowledge.uncertainSince == .seconds(90))
        learn(.sample(event: 3, uncertainty: StoredUncertainty(event: 3, age: .seconds(10))), at: 100)
        #expect(knowledge.uncertainSince == .seconds(90))
        learn(.sample(event: 4))
        #expect(knowledge.uncertainSince == nil, "it was the store's to remember")
        knowledge.becomeUncertain(since: .seconds(80))
        learn(.sample(event: 5, version: 2, token: "t2"))
        #expect(knowledge.uncertainSince == nil)
    }

    @Test mutating func answerInNormalMode_EndsTheUncertaintyBeforeIt_AndNoLaterOne() {
        learn(.sample(event: 1, version: 4))
        knowledge.becomeUncertain(since: .seconds(100))
        knowledge.settle(askedAt: .seconds(99))
        #expect(knowledge.uncertainSince == .seconds(100))
        knowledge.settle(askedAt: .seconds(100))
        #expect(knowledge.uncertainSince == nil)
    }

    @Test mutating func lostRecord_LeavesTokenAndUncertainty() {
        learn(
            .sample(
                event: 5, intent: OpenIntent(id: intent, epoch: Epoch(1), event: 5, age: .seconds(30))), at: 100)
        knowledge.storeLost(isNew: true)
        #expect(knowledge.credential?.version == 1)
        #expect(!knowledge.isStored && !knowledge.stored.hasRecord)
        #expect(knowledge.stored.intent == nil && knowledge.uncertainSince == .seconds(70))
        #expect(knowledge.stored.version == 0 && knowledge.stored.event == 0)
        // Written back it carries the uncertainty.
        #expect(knowledge.record(at: .seconds(110)).uncertainty?.age == .seconds(40))
        #expect(knowledge.record(at: .seconds(110)).intent == nil)
    }

    /// The server was started again, even from an older copy, in which the uncertainty is an open intent yet.
    @Test(arguments: [4, 5] as [UInt64]) mutating func uncertaintyThatTheStoreShowsAgain_IsTheStores(event: UInt64) {
        let open = OpenIntent(id: intent, epoch: Epoch(1), event: 4, age: .seconds(30))
        learn(.sample(event: 5, uncertainty: StoredUncertainty(event: 4, age: .seconds(30))), at: 100)
        knowledge.storeLost(isNew: true)
        #expect(knowledge.uncertainSince == .seconds(70) && knowledge.isUncertainBeyondIntent)
        learn(.sample(event: event, intent: open), at: 100)
        #expect(knowledge.uncertainSince == .seconds(70) && !knowledge.isUncertainBeyondIntent)
        learn(.sample(event: 6), at: 110)
        #expect(knowledge.uncertainSince == nil)
    }

    @Test(arguments: [("s", 7), ("another", 4)] as [(String, UInt64)])
    mutating func anotherUncertainty_DoesNotStandForTheOneThatWasLost(store: String, event: UInt64) {
        learn(.sample(event: 5, uncertainty: StoredUncertainty(event: 4, age: .seconds(30))), at: 100)
        knowledge.storeLost(isNew: true)
        let other = OpenIntent(id: intent, epoch: Epoch(1), event: event, age: .seconds(10))
        learn(.sample(event: 7, intent: other), from: store, at: 100)
        learn(.sample(event: 8), from: store, at: 110)
        #expect(knowledge.uncertainSince == .seconds(70))
    }

    /// A member had the token from its leader before the store had it; the server was started again meanwhile.
    @Test mutating func uncertaintyOfARecordThatLackedOurToken_EndsWithTheStoresWordOnIt() {
        learn(.sample(event: 1, version: 1))
        knowledge.learnFromMember(
            .sample(
                version: 2, token: "t2", previous: ["t1"], uncertainty: StoredUncertainty(event: 2, age: .seconds(1))),
            askedAt: .seconds(101))
        let open = OpenIntent(id: intent, epoch: Epoch(1), event: 2, age: .seconds(3))
        learn(.sample(event: 2, version: 1, intent: open), at: 103)
        knowledge.storeLost(isNew: true)
        #expect(knowledge.uncertainSince == .seconds(100))
        learn(.sample(event: 3, version: 2, token: "t2", previous: ["t1"]), at: 105)
        #expect(knowledge.uncertainSince == nil)
    }

    @Test mutating func lostRecordOfAnUnknownApp_LeavesNothingToWriteBack() {
        knowledge.storeLost(isNew: false)
        #expect(knowledge.isStored)
    }

    @Test mutating func memberWithANewerToken_IsBelieved() {
        learn(.sample(event: 1, version: 4, epoch: 2))
        knowledge.learnFromMember(.sample(version: 5, epoch: 2, token: "t5", previous: ["t1"]), askedAt: .seconds(50))
        #expect(knowledge.credential?.token == Token("t5"))
        #expect(knowledge.previous == [Fingerprint(of: Token("t1"))])
        #expect(!knowledge.isStored)
    }

    @Test mutating func memberWithAnOlderToken_IsNot() {
        learn(.sample(event: 1, version: 4, epoch: 2))
        knowledge.learnFromMember(.sample(version: 4, epoch: 2, left: .seconds(1)), askedAt: .seconds(50))
        knowledge.learnFromMember(.sample(version: 9, epoch: 1, token: "t9"), askedAt: .seconds(50))
        knowledge.learnFromMember(.sample(version: 9, epoch: 9, token: nil), askedAt: .seconds(50))
        #expect(knowledge.credential?.token == Token("t1"))
        #expect(knowledge.credential?.expiresAt == .seconds(7299))
        #expect(knowledge.isStored)
    }

    @Test mutating func membersUncertainty_ComesWithItsToken() {
        knowledge.learnFromMember(
            .sample(uncertainty: StoredUncertainty(event: 3, age: .seconds(30))), askedAt: .seconds(50))
        #expect(knowledge.uncertainSince == .seconds(20))
    }

    /// The store was lost and its clock set back, and terms began anew below the one that a member still remembers.
    @Test mutating func tokenOfALaterTermThatTheStoreDoesNotShow_IsUncertainToALeader() {
        learn(.sample(event: 1, version: 3, epoch: 7, token: "t8"))
        let other = CredentialRecord.sample(version: 6, epoch: 9, token: "t5", age: .seconds(60))
        var follower = knowledge
        follower.learnFromMember(other, askedAt: .seconds(150))
        #expect(follower.uncertainSince == nil, "it may simply be behind")
        knowledge.learnFromMember(other, askedAt: .seconds(150), asLeader: true)
        #expect(knowledge.credential?.token == Token("t5"))
        #expect(knowledge.uncertainSince == .seconds(90))
        #expect(knowledge.record(at: .seconds(150)).uncertainty != nil)
    }

    /// The same, seen by a node that stood still meanwhile: what it remembers is written back, but not as the newest.
    @Test mutating func rememberedTokenOfALaterTerm_IsUncertainIfTheStoreShowsAYoungerOne() {
        learn(.sample(event: 1, version: 3, epoch: 9, token: "t3", previous: ["t2"]), at: 10)
        var restarted = knowledge
        knowledge.storeLost(isNew: false)
        knowledge.learn(
            .sample(event: 2, version: 1, epoch: 7, token: "u1", age: .seconds(5)), from: "s", readAfter: .seconds(60))
        #expect(knowledge.credential?.token == Token("t3") && !knowledge.isStored)
        #expect(knowledge.record(at: .seconds(60)).uncertainty?.age == .seconds(5))
        // An older copy of the store shows what was published before, known or forgotten by now: that is no contest.
        for old in ["t2", "t0"] {
            restarted.learn(
                .sample(event: 3, version: 2, epoch: 7, token: old, age: .seconds(80)), from: "s",
                readAfter: .seconds(60))
            #expect(restarted.uncertainSince == nil && !restarted.isStored)
        }
    }

    /// The store was lost twice within one second of its clock, and its number of a term given twice.
    @Test mutating func youngerTokenOfTheSameTerm_ShowsItsNumberGivenTwice() {
        learn(.sample(event: 4, version: 4, epoch: 9, token: "t4", previous: ["t3"]), at: 10)
        let second = CredentialRecord.sample(event: 1, version: 1, epoch: 9, token: "u1", age: .seconds(5))
        #expect(knowledge.showsTermTwice(second))
        learn(second, from: "another", at: 60)
        #expect(!knowledge.isStored && knowledge.uncertainSince == .seconds(55))
        let innocent = [
            CredentialRecord.sample(version: 3, epoch: 9, token: "t3"), .sample(version: 4, epoch: 9, token: "t4"),
            .sample(version: 5, epoch: 9, token: "t5"), .sample(version: 1, epoch: 8, token: "u1"),
            .sample(version: 0, epoch: 9, token: nil),
        ]
        for record in innocent { #expect(!knowledge.showsTermTwice(record)) }
    }

    @Test mutating func correction_ConcernsOneVersionOnly() {
        learn(.sample(event: 1, version: 4))
        knowledge.correctExpiry(of: 3, to: .seconds(1))
        #expect(knowledge.credential?.expiresAt == .seconds(7299))
        knowledge.correctExpiry(of: 4, to: .seconds(9000))
        #expect(knowledge.credential?.expiresAt == .seconds(9000))
    }
}
