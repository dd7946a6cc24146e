import Testing

@testable import KeeperCore

/// What is next for a credential, from what is known alone.
@Suite struct PlanTests {
    private static let now = Instant.seconds(10_000)
    private let now = Self.now
    private static let policy = RefreshPolicy(
        NodeSettings(
            timing: .standard, apps: [AppSettings(id: .wx1, line: .classic)], overlap: .seconds(300),
            watchPeriod: .seconds(30)))
    private let policy = Self.policy

    /// A classic token in the middle of its life, due in 2600 s, about which nothing is wrong; and what is changed.
    private struct Case {
        var line = CredentialLine.classic
        var rules = Rules.all
        var token: CredentialView.TokenTimes? = .init(
            life: .seconds(7200), issuedAt: PlanTests.now - .seconds(1000), expiresAt: PlanTests.now + .seconds(6200))
        var isStored = true
        var orphan: IntentID?
        var uncertainty = CredentialView.Uncertainty()
        var rotationsToday = 0
        var health = TokenHealth()
        var backoff = Backoff()
        var canBeFetched = true
        var operatorWaits = false
        var isReported = false

        var view: CredentialView {
            CredentialView(
                line: line, policy: PlanTests.policy, rules: rules, token: token, isStored: isStored, orphan: orphan,
                uncertainty: uncertainty, rotationsToday: rotationsToday,
                due: token.map { _ in PlanTests.now + .seconds(2600) },
                health: health, backoff: backoff, canBeFetched: canBeFetched, operatorWaits: operatorWaits,
                isReported: isReported)
        }
    }

    private func leadership(
        hasReadAll: Bool = true, hasAskedMembers: Bool = true, quiet: Duration = .zero
    )
        -> Situation.Leadership
    {
        Situation.Leadership(
            epoch: Epoch(5), granted: now, quiet: QuietPeriod(until: now + quiet, lateness: .unclear),
            validUntil: now + .seconds(6), hasReadAll: hasReadAll, hasAskedMembers: hasAskedMembers, hasSlot: true)
    }

    private func plan(_ change: (inout Case) -> Void = { _ in }, _ leadership: Situation.Leadership? = nil) -> Plan? {
        var one = Case()
        change(&one)
        return one.view.plan(leadership ?? self.leadership(), at: now)
    }

    private func fetch(_ change: (inout Case) -> Void, quiet: Duration = .zero) -> Plan? {
        var one = Case()
        change(&one)
        return one.view.nextFetch(leadership(quiet: quiet), at: now)
    }

    private var dead: TokenHealth {
        var health = TokenHealth()
        _ = health.refused(life: .seconds(7200), isReported: true, isUncertain: false, policy, at: now)
        return health
    }

    // MARK: What goes first

    @Test func nothingIsPlanned_BeforeEverythingWasRead() {
        #expect(plan({ $0.token = nil }, leadership(hasReadAll: false)) == nil)
    }

    @Test func orphanGoesBeforeAll_ThenWhatTheStoreHasLost() {
        let orphan = IntentID(incarnation: LeaseHolder.n1.incarnation, number: 3)
        #expect(plan { ($0.orphan, $0.isStored) = (orphan, false) } == Plan(step: .dropOrphan(orphan), at: now))
        #expect(plan { $0.isStored = false } == Plan(step: .restore, at: now))
        let expired = plan {
            $0.isStored = false
            $0.token?.expiresAt = now
        }
        #expect(expired == Plan(step: .restore, at: now), "its number keeps the next one from counting as older")
        #expect(plan { ($0.isStored, $0.token) = (false, nil) }?.step == .fetch(reason: .missing, kind: .classic))
    }

    @Test func membersAreAsked_BeforeWhatIsMissingIsFetched() {
        let asked = plan({ $0.token = nil }, leadership(hasAskedMembers: false))
        #expect(asked == Plan(step: .askMembers, at: now + policy.timing.tickPeriod * 3))
        #expect(plan { $0.token = nil } == Plan(step: .fetch(reason: .missing, kind: .classic), at: now))
    }

    @Test func watchComesBeforeWhatIsDueLater_AndNotAfterTheTokenIsDead() {
        #expect(plan() == Plan(step: .verify(.watched), at: now - .seconds(990)))
        #expect(plan { $0.health = dead } == Plan(step: .fetch(reason: .dead, kind: .classic), at: now))
        #expect(
            plan { $0.line = .stable }?.step == .fetch(reason: .due, kind: .stable),
            "what rotates nothing needs no watch")
        #expect(plan { $0.isReported = true } == Plan(step: .verify(.reported), at: now))
        #expect(
            plan { ($0.isReported, $0.line) = (true, .ticket(.jsapi)) }?.step
                == .fetch(reason: .due, kind: .ticket(.jsapi)))
    }

    @Test func unprovenToken_IsAskedAboutOnceTheMembersWere() {
        var random = SplitMix64(seed: 1)
        var unproven = TokenHealth()
        unproven.distrust(policy, random: &random, at: now)
        #expect(plan({ $0.health = unproven }, leadership(hasAskedMembers: false))?.step == .askMembers)
        #expect(plan { $0.health = unproven }?.step == .verify(.unproven))
    }

    // MARK: When it is fetched

    @Test func ticketWaitsForTheTokenOfItsApp() {
        #expect(fetch { ($0.line, $0.token, $0.canBeFetched) = (.ticket(.jsapi), nil, false) } == nil)
    }

    @Test func operatorsWish_IsSpacedFromTheTokenBefore_ADeadTokenIsNot() {
        let young = CredentialView.TokenTimes(
            life: .seconds(7200), issuedAt: now - .seconds(60), expiresAt: now + .seconds(7140))
        let wish = fetch { ($0.token, $0.operatorWaits) = (young, true) }
        #expect(wish == Plan(step: .fetch(reason: .operatorAsked, kind: .classic), at: now + .seconds(240)))
        let free = fetch { ($0.token, $0.operatorWaits, $0.rules) = (young, true, .all(but: .spacing)) }
        #expect(free?.at == now)
        #expect(fetch { ($0.token, $0.health) = (young, dead) }?.at == now)
        #expect(
            fetch { ($0.operatorWaits, $0.line) = (true, .stable) }?.step
                == .fetch(reason: .operatorAsked, kind: .stableForced))
    }

    @Test func deadToken_WaitsForItsSpacingAndForTheDaysQuota() {
        let fresh = CredentialView.TokenTimes(
            life: .seconds(7200), issuedAt: now - .seconds(4), expiresAt: now + .seconds(7196))
        #expect(fetch { ($0.token, $0.health) = (fresh, dead) }?.at == now + .seconds(6))
        #expect(fetch { ($0.token, $0.health, $0.rules) = (fresh, dead, .all(but: .minimumSpacing)) }?.at == now)
        var costly = dead
        for _ in 0..<100 { costly.repairs(policy, life: .seconds(7200), at: now) }
        #expect(fetch { $0.health = costly }?.at == now + .seconds(58))
        #expect(fetch { ($0.health, $0.operatorWaits) = (costly, true) }?.at == now)
        let spent = fetch { ($0.health, $0.rotationsToday) = (dead, NodeSettings.classicDailyBudget) }
        #expect(spent?.at == now + .seconds(2600), "what is due is fetched all the same")
    }

    @Test func deadTokenOfALineThatRotatesNothing_IsSpacedFromTheLastQuestion() {
        var backoff = Backoff()
        backoff.asked(at: now - .seconds(4))
        #expect(fetch { ($0.line, $0.health, $0.backoff) = (.stable, dead, backoff) }?.at == now + .seconds(6))
    }

    @Test func reportAloneIsNoReason_UnlessItsRuleIsTakenOut() {
        #expect(fetch { $0.isReported = true }?.step == .fetch(reason: .due, kind: .classic))
        let believing = fetch { ($0.isReported, $0.rules) = (true, .all(but: .verifiesReports)) }
        #expect(believing?.step == .fetch(reason: .dead, kind: .classic))
    }

    @Test func backoff_HoldsUpEveryCall() {
        var backoff = Backoff()
        backoff.callAgain(at: now + .seconds(7))
        #expect(fetch { ($0.health, $0.backoff) = (dead, backoff) }?.at == now + .seconds(7))
        #expect(fetch { ($0.token, $0.backoff) = (nil, backoff) }?.at == now + .seconds(7))
    }

    // MARK: The quiet period

    @Test(arguments: [
        (CredentialView.Uncertainty(), false),
        (CredentialView.Uncertainty(isBeyondIntent: true), true),
        (CredentialView.Uncertainty(intentEpoch: Epoch(4)), true),
        (CredentialView.Uncertainty(intentEpoch: Epoch(5)), false),
        (CredentialView.Uncertainty(mayHideIntent: true), true),
        (CredentialView.Uncertainty(intentEpoch: Epoch(5), mayHideIntent: true), false),
    ])
    func appThatMayHaveACallOpen_WaitsLonger(uncertainty: CredentialView.Uncertainty, waitsLonger: Bool) {
        let late = policy.timing.lateness
        let next = fetch({ ($0.token, $0.uncertainty) = (nil, uncertainty) }, quiet: .seconds(1))
        #expect(next?.at == now + .seconds(1) + (waitsLonger ? late : .zero))
        let rules = Rules.all(but: .openIntentWaitsLonger)
        let free = fetch({ ($0.token, $0.uncertainty, $0.rules) = (nil, uncertainty, rules) }, quiet: .seconds(1))
        #expect(free?.at == now + .seconds(1))
    }

    @Test func lineThatRotatesNothing_KeepsTheQuietPeriodWhileATokenLives_OrUncertain() {
        #expect(fetch({ ($0.token, $0.line) = (nil, .stable) }, quiet: .seconds(5))?.at == .origin)
        let uncertainty = CredentialView.Uncertainty(since: now, isBeyondIntent: true)
        let uncertain = fetch({ ($0.token, $0.line, $0.uncertainty) = (nil, .stable, uncertainty) }, quiet: .seconds(5))
        #expect(uncertain.map { $0.at > now + .seconds(5) } == true)
    }
}
