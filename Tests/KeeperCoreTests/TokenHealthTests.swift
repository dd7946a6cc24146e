import Testing

@testable import KeeperCore

/// Whether the current token lives, and what those who report it are worth.
@Suite struct TokenHealthTests {
    private let policy = RefreshPolicy(
        NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .seconds(30)))
    private let now = Instant.seconds(1000)
    private let life = Duration.seconds(7200)
    private let token = Fingerprint("t1")
    private var random = SplitMix64(seed: 1)

    private func refuse(
        _ health: inout TokenHealth, isReported: Bool = true, isUncertain: Bool = false
    )
        -> TokenHealth.Refusal
    {
        health.refused(life: life, isReported: isReported, isUncertain: isUncertain, policy, at: now)
    }

    // MARK: What a refusal means

    @Test func tokenThatNobodyHereReplaced_WasEndedFromOutside_AndIsNewsOnce() {
        var health = TokenHealth()
        #expect(refuse(&health) == .endedFromOutside)
        #expect(health.isDead && health.isRotatedExternally)
        #expect(refuse(&health) == .nothing)
        health.tokenChanged(policy, at: now)
        #expect(!health.isDead && !health.isRotatedExternally)
    }

    @Test func tokenUncertain_WasExpectedToDie() {
        var health = TokenHealth()
        #expect(refuse(&health, isUncertain: true) == .expected)
        #expect(health.isDead && !health.isRotatedExternally)
    }

    @Test mutating func tokenThatNobodyVouchedFor_WasBehindInTheStore() {
        var health = TokenHealth()
        health.distrust(policy, random: &random, at: now)
        #expect(health.isUnproven)
        #expect(refuse(&health) == .storeWasBehind)
        #expect(health.isDead && !health.isRotatedExternally)
    }

    @Test func oneRefusalOfAWatchedToken_MeansNothingYet() {
        var health = TokenHealth()
        #expect(refuse(&health, isReported: false) == .nothing)
        #expect(!health.isDead)
        #expect(refuse(&health, isReported: false) == .endedFromOutside)
    }

    // MARK: Those who report it

    private func judge(
        _ health: TokenHealth, isAsking: Bool = false, waits: Duration = .seconds(10), after: Duration
    )
        -> Reports.Judgement
    {
        let moment = now + after
        return health.judge(
            token, life: life, isAsking: isAsking, patience: moment + waits, policy, at: moment)
    }

    @Test func wordOfWeChat_AnswersReportsForAMoment() {
        var health = TokenHealth()
        #expect(judge(health, after: .zero) == .open)
        health.asks(because: .reported, policy, life: life, at: now)
        health.accepted(token)
        #expect(judge(health, after: .seconds(1)) == .lives)
        #expect(judge(health, after: .seconds(2)) == .open)
        health.asks(because: .reported, policy, life: life, at: now)
        #expect(judge(health, isAsking: true, waits: .zero, after: .seconds(1)) == .open)
        #expect(judge(health, waits: .zero, after: .seconds(1)) == .tooSoon(until: now + .seconds(2)))
    }

    @Test func whereWeChatRefusesToBeAsked_TheWordOfUsersCounts() {
        var health = TokenHealth()
        health.questionRefused(.busy, until: now + .seconds(300))
        #expect(health.trouble == .busy)
        #expect(judge(health, after: .seconds(299)) == .counts)
        #expect(judge(health, after: .seconds(300)) == .open)
        #expect(health.nextQuestion(policy, life: life) == now + .seconds(300))
        #expect(health.watchDue(issuedAt: .origin, life: life, policy) == now + .seconds(300))
        health.presumedDead()
        #expect(judge(health, after: .seconds(299)) == .open, "who reports a dead token waits for the next")
    }

    @Test mutating func newTerm_ForgetsReports_TheSameOneDoesNot() {
        var health = TokenHealth()
        health.began(Epoch(1), policy, random: &random, at: now)
        health.questionRefused(.busy, until: now + .seconds(300))
        health.began(Epoch(1), policy, random: &random, at: now)
        #expect(health.trouble == .busy && health.term == Epoch(1))
        health.began(Epoch(2), policy, random: &random, at: now)
        #expect(health.trouble == nil && judge(health, after: .zero) == .open)
    }

    @Test func questionsThatNobodyReported_CostReportsNothing() {
        var health = TokenHealth()
        health.asks(because: .watched, policy, life: life, at: now)
        #expect(health.nextQuestion(policy, life: life) == .origin)
        health.asks(because: .reported, policy, life: life, at: now)
        #expect(health.nextQuestion(policy, life: life) == now + .seconds(2))
    }

    @Test func configuration_AllowsOneRepairMore_IfTheTokenIsDead() {
        var health = TokenHealth()
        for _ in 0..<100 { health.repairs(policy, life: life, at: now) }
        let next = health.nextRepair(policy, life: life)
        health.configured(policy, life: life)
        #expect(health.nextRepair(policy, life: life) == next)
        _ = refuse(&health)
        health.configured(policy, life: life)
        #expect(health.nextRepair(policy, life: life) == next - policy.repairs(life: life).interval)
    }
}
