import Testing

@testable import KeeperCore

/// When WeChat is asked unbidden whether a token lives, and what its word is worth.
@Suite struct TokenWatchTests {
    private let policy = RefreshPolicy(
        NodeSettings(
            timing: .standard, apps: [AppSettings(id: .wx1, line: .classic)], overlap: .seconds(300),
            watchPeriod: .seconds(30)))
    private let now = Instant.seconds(1000)
    private let mature = Credential.sample(expiresAt: .seconds(8000), issuedAt: .seconds(800))

    /// WeChat refuses the token.
    ///
    /// Returns whether it counts as dead.
    @discardableResult
    private func refuse(_ watch: inout TokenWatch, isReported: Bool = false) -> Bool {
        watch.refused(life: .seconds(7200), isReported: isReported, policy, at: now)
    }

    private func due(_ watch: TokenWatch, _ token: Credential) -> Instant {
        watch.due(issuedAt: token.issuedAt, life: token.life, policy)
    }

    private func proofDue(_ watch: TokenWatch, _ token: Credential, _ other: RefreshPolicy? = nil) -> Instant? {
        watch.proofDue(issuedAt: token.issuedAt, life: token.life, other ?? policy)
    }

    @Test func watches_ComeOncePerPeriod_AndNotOfAYoungToken() {
        var watch = TokenWatch()
        watch.termBegan(policy, chance: 0.5, at: now)
        #expect(due(watch, mature) == now + .seconds(15))
        watch.asked(policy, at: now)
        #expect(due(watch, mature) == now + .seconds(30))
        let young = Credential.sample(expiresAt: .seconds(8000), issuedAt: now + .seconds(25))
        #expect(due(watch, young) == now + .seconds(35))
        watch.barred(until: now + .seconds(300))
        #expect(due(watch, mature) == now + .seconds(300))
    }

    @Test func twoRefusals_AreAVerdict_OneReportIsEnough() {
        var watch = TokenWatch()
        #expect(!refuse(&watch))
        #expect(due(watch, mature) == now + .seconds(3))
        #expect(refuse(&watch))
        #expect(!refuse(&watch), "they count anew")
        #expect(refuse(&watch, isReported: true))
    }

    @Test(arguments: [0, 1, 2]) func refusals_AreForgotten(by event: Int) {
        var watch = TokenWatch()
        refuse(&watch)
        switch event {
        case 0: watch.accepted()
        case 1: watch.wasOvertaken()
        default: watch.tokenChanged(policy, at: now)
        }
        #expect(!refuse(&watch))
    }

    @Test func unprovenToken_IsAskedAboutUntilThereIsAWord() {
        var watch = TokenWatch()
        #expect(!watch.isUnproven && proofDue(watch, mature) == nil)
        watch.distrust(policy, chance: 0.5, at: now)
        #expect(proofDue(watch, mature) == now + .milliseconds(50))
        watch.unanswered(life: .seconds(7200), policy, at: now)
        #expect(proofDue(watch, mature) == now + .seconds(10))
        #expect(!refuse(&watch))
        #expect(proofDue(watch, mature) == now + .seconds(3))
        watch.accepted()
        #expect(!watch.isUnproven)
        watch.distrust(policy, chance: 0, at: now)
        watch.trust()
        #expect(!watch.isUnproven)
        watch.distrust(policy, chance: 0, at: now)
        watch.tokenChanged(policy, at: now)
        #expect(!watch.isUnproven)
    }

    /// What a leader has begun to ask another must not finish in one breath, nor count a refusal of an earlier term.
    @Test func newTerm_SpreadsProofsAnew_AndForgetsRefusals() {
        let crowded = RefreshPolicy(
            NodeSettings(
                timing: .standard, apps: (0..<1000).map { AppSettings(id: AppID("wx\($0)"), line: .classic) },
                overlap: .seconds(300), watchPeriod: .seconds(30)))
        var watch = TokenWatch()
        watch.distrust(crowded, chance: 0, at: now)
        refuse(&watch)
        let later = now + .seconds(500)
        watch.termBegan(crowded, chance: 0.5, at: later)
        #expect(proofDue(watch, mature, crowded) == later + .seconds(50))
        #expect(!refuse(&watch))
        watch.unanswered(life: .seconds(7200), crowded, at: later)
        #expect(proofDue(watch, mature, crowded) == later + .seconds(100), "no sooner than all have had their turn")
    }

    @Test func provenToken_StaysProven_WhateverIsNotAnswered() {
        var watch = TokenWatch()
        watch.unanswered(life: .seconds(7200), policy, at: now)
        refuse(&watch)
        #expect(!watch.isUnproven)
    }
}
