import Testing

@testable import KeeperCore

/// The rules of one credential, in force and taken out.
@Suite struct CredentialRulesTests {
    private let now = Instant.seconds(1000)

    @Test func call_MustEndBeforeTheLease() {
        func allows(_ rules: Rules, _ left: Duration) -> Bool {
            rules.allowsCall(withLeaseUntil: now + left, budget: .seconds(4), at: now)
        }
        #expect(allows(.all, .seconds(4)) && !allows(.all, .seconds(3.9)))
        #expect(allows(.all(but: .budget), .zero))
    }

    @Test func olderToken_IsNeverTaken() {
        let (old, new) = (Credential.sample(version: 1), Credential.sample(version: 2))
        #expect(Rules.all.keeps(new, against: old) && !Rules.all.keeps(old, against: new))
        #expect(!Rules.all(but: .versionsNeverFall).keeps(new, against: old))
    }

    @Test func lifeOfAToken_BeginsBeforeTheCall() {
        #expect(Rules.all.lifeBegins(calledAt: now, answeredAt: now + .seconds(3)) == now)
        let late = Rules.all(but: .lifeFromRequest).lifeBegins(calledAt: now, answeredAt: now + .seconds(3))
        #expect(late == now + .seconds(3))
    }

    @Test func onlyKindsThatRotate_LeaveAnUncertainty_AndAPause() {
        #expect(Rules.all.leavesUncertainty(unknownOutcomeOf: .classic))
        #expect(!Rules.all.leavesUncertainty(unknownOutcomeOf: .stable))
        #expect(!Rules.all(but: .uncertainty).leavesUncertainty(unknownOutcomeOf: .classic))
        #expect(Rules.all.pauseAfterUnknown(.standard) == LeaseTiming.standard.lateness)
        #expect(Rules.all(but: .waitsAfterUnknown).pauseAfterUnknown(.standard) == nil)
    }
}
