import Testing

@testable import KeeperCore

/// What is uncertain of a token though the store does not show it.
@Suite struct UncertaintyTests {
    private var uncertainty = RememberedUncertainty()
    private let intent = IntentID(incarnation: LeaseHolder.n2.incarnation, number: 3)

    private func open(isOfOurs: Bool, since seconds: Double = 70) -> OpenUncertainty {
        OpenUncertainty(store: "s", version: 4, events: [5], since: .seconds(seconds), isOfOurs: isOfOurs)
    }

    @Test mutating func earliestOfAllUncertainties_Counts() {
        #expect(uncertainty.since == nil)
        uncertainty.mayBeReplaced(since: .seconds(90))
        uncertainty.mayBeReplaced(since: .seconds(95))
        #expect(uncertainty.since == .seconds(90))
        uncertainty.borrow(since: .seconds(80))
        uncertainty.borrowAlso(since: .seconds(85))
        #expect(uncertainty.since == .seconds(80))
        uncertainty.recordLost(open(isOfOurs: true))
        #expect(uncertainty.since == .seconds(70))
        uncertainty.tokenChanged()
        #expect(uncertainty.since == nil)
    }

    @Test mutating func ownUncertainty_IsTheStoresOnceItShowsAUncertainty() {
        uncertainty.mayBeReplaced(since: .seconds(90))
        uncertainty.storeShowsOurs(isUncertain: false)
        #expect(uncertainty.own == .seconds(90))
        uncertainty.storeShowsOurs(isUncertain: true)
        #expect(uncertainty.since == nil)
    }

    @Test mutating func borrowedUncertainty_EndsAsSoonAsTheStoreShowsTheToken() {
        uncertainty.borrow(since: .seconds(80))
        uncertainty.storeShowsOurs(isUncertain: false)
        #expect(uncertainty.since == nil)
    }

    @Test(arguments: [true, false]) mutating func whatWasOpenInALostRecord_IsOursOrBorrowed(isOfOurs: Bool) {
        uncertainty.remember(open(isOfOurs: isOfOurs))
        #expect(uncertainty.own == (isOfOurs ? .seconds(70) : nil))
        #expect(uncertainty.borrowed == (isOfOurs ? nil : .seconds(70)))
    }

    @Test mutating func firstRecordThatWasLost_StandsForThoseThatFollow() {
        uncertainty.recordLost(open(isOfOurs: true, since: 70))
        uncertainty.recordLost(open(isOfOurs: true, since: 60))
        #expect(uncertainty.since == .seconds(70))
    }

    @Test(arguments: [("s", 5), ("s", 6), ("other", 5)] as [(String, UInt64)])
    mutating func lostUncertaintyThatIsShownAgain_IsTheStores(store: String, event: UInt64) {
        uncertainty.recordLost(open(isOfOurs: true))
        let shown = OpenIntent(id: intent, epoch: Epoch(1), event: event, age: .seconds(1))
        uncertainty.recordFound(.sample(event: 9, version: 4, intent: shown), from: store)
        #expect(uncertainty.since == (store == "s" && event == 5 ? nil : .seconds(70)))
        uncertainty.recordFound(.sample(event: 10, version: 4), from: "s")
        #expect(uncertainty.own == uncertainty.since, "it is remembered once")
    }

    @Test mutating func answerInNormalMode_EndsEveryEarlierUncertainty() {
        uncertainty.mayBeReplaced(since: .seconds(90))
        uncertainty.borrow(since: .seconds(80))
        uncertainty.recordLost(open(isOfOurs: true))
        uncertainty.settle(askedAt: .seconds(80))
        #expect(uncertainty.since == .seconds(90))
        uncertainty.settle(askedAt: .seconds(90))
        #expect(uncertainty.since == nil)
    }
}
