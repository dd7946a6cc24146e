import Testing

@testable import KeeperCore

/// What a node remembers of what the store shows.
@Suite struct StoredViewTests {
    private var view = StoredView()
    private let intent = IntentID(incarnation: LeaseHolder.n2.incarnation, number: 3)

    private mutating func show(_ record: CredentialRecord, from store: String = "s", at seconds: Double = 100) {
        view.showed(record, from: store, readAfter: .seconds(seconds))
    }

    @Test mutating func lateAnswer_IsOneWithALowerNumberFromTheSameStore() {
        #expect(!view.isLate(.sample(event: 1), from: "s"))
        show(.sample(event: 9))
        #expect(view.isLate(.sample(event: 8), from: "s"))
        #expect(!view.isLate(.sample(event: 9), from: "s") && !view.isLate(.sample(event: 8), from: "other"))
        view.lost(isNew: false)
        #expect(view.isLate(.sample(event: 8), from: "s"), "a record that is missing counts no event anew")
        view.lost(isNew: true)
        #expect(!view.isLate(.sample(event: 1), from: "s"))
    }

    @Test mutating func uncertainty_NeverGetsYounger_AndGoesOnFromIntentToUncertainty() {
        func open(_ age: Double) -> OpenIntent {
            OpenIntent(id: intent, epoch: Epoch(1), event: 5, age: .seconds(age))
        }
        show(.sample(event: 5, intent: open(10)))
        show(.sample(event: 6, intent: open(1)))
        #expect(view.uncertainSince == .seconds(90))
        show(.sample(event: 7, uncertainty: StoredUncertainty(event: 5, age: .seconds(2))))
        #expect(view.uncertainSince == .seconds(90) && view.intent == nil)
        show(.sample(event: 8, uncertainty: StoredUncertainty(event: 8, age: .seconds(2))))
        #expect(view.uncertainSince == .seconds(98), "another uncertainty has an age of its own")
    }

    @Test mutating func openUncertainty_NamesWhatIsOpen() {
        show(
            .sample(
                event: 7, version: 4, intent: OpenIntent(id: intent, epoch: Epoch(1), event: 7, age: .seconds(1)),
                uncertainty: StoredUncertainty(event: 5, age: .seconds(9))))
        let open = view.openUncertainty(isOfOurs: true)
        #expect(open?.events == [5, 7] && open?.since == .seconds(91) && open?.version == 4)
        view.wasOvertaken()
        #expect(view.openUncertainty(isOfOurs: true) == nil)
    }

    @Test mutating func numberOfExternalRotations_NeverFalls() {
        view.heard(of: ExternalRotations(count: 2, age: .seconds(1)), readAfter: .seconds(100))
        view.heard(of: ExternalRotations(count: 2, age: .seconds(50)), readAfter: .seconds(100))
        view.heard(of: ExternalRotations(count: 1, age: .zero), readAfter: .seconds(100))
        #expect(view.externalRotations(at: .seconds(100)) == ExternalRotations(count: 2, age: .seconds(1)))
    }

    @Test mutating func lostRecord_IsNoBasisForAnything() {
        show(.sample(event: 5, version: 4, uncertainty: StoredUncertainty(event: 5, age: .seconds(9))))
        #expect((view.basis.version, view.basis.uncertainty) == (4, 5))
        view.lost(isNew: false)
        #expect(view.basis == DecisionBasis(nil) && !view.hasRecord)
    }
}
