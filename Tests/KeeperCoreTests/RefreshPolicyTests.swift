import Testing

@testable import KeeperCore

@Suite struct RefreshPolicyTests {
    private func policy(apps: Int = 1, watchPeriod: Duration = .seconds(30)) -> RefreshPolicy {
        let apps = (0..<apps).map { AppSettings(id: AppID("wx\($0)"), line: .classic) }
        return RefreshPolicy(
            NodeSettings(timing: .standard, apps: apps, overlap: .seconds(300), watchPeriod: watchPeriod))
    }

    private let twoHours = Credential.sample(life: .seconds(7200), expiresAt: .seconds(7200))
    private let twentySeconds = Credential.sample(life: .seconds(20), expiresAt: .seconds(20))

    @Test func classicToken_IsDueAtHalfItsLifeGiveOrTakeATenth() {
        #expect(policy().due(twoHours, line: .classic, chance: 0).isClose(to: .seconds(3240)))
        #expect(policy().due(twoHours, line: .classic, chance: 0.5).isClose(to: .seconds(3600)))
        #expect(policy().due(twoHours, line: .classic, chance: 1).isClose(to: .seconds(3960)))
        #expect(policy().due(twentySeconds, line: .classic, chance: 0.5).isClose(to: .seconds(10)))
    }

    @Test func stableToken_IsDueWhenWeChatsWindowHasOpened() {
        #expect(policy().due(twoHours, line: .stable, chance: 0.3).isClose(to: .seconds(7200 - 295)))
        #expect(policy().due(twentySeconds, line: .stable, chance: 0.3).isClose(to: .seconds(20 - 9.833)))
        #expect(policy().confirmationPause(.stable, life: .seconds(7200)).isClose(to: .milliseconds(19_667)))
        #expect(policy().confirmationPause(.stable, life: .seconds(20)).isClose(to: .milliseconds(656)))
        #expect(policy().confirmationPause(.stable, life: .seconds(2)) == .milliseconds(250))
    }

    /// Whatever overlap is configured, a report is remembered for longer than it has to stand.
    @Test(arguments: [0, 1, 5, 60, 300]) func reports_AreNotForgottenBeforeTheyCount(overlap: Int) {
        let policy = RefreshPolicy(
            NodeSettings(timing: .standard, apps: [], overlap: .seconds(overlap), watchPeriod: .zero))
        for (isYoung, expectsExternalRotations) in [(false, false), (true, false), (true, true)] {
            let conditions = policy.presumption(
                life: .seconds(7200), kind: .classic, isYoung: isYoung,
                expectsExternalRotations: expectsExternalRotations, notBefore: .origin)
            #expect(conditions.memory >= conditions.standsFor * 2)
        }
    }

    @Test func spacings_ScaleWithTheLife() {
        #expect(policy().deadTokenSpacing(life: .seconds(7200)) == .seconds(10))
        #expect(policy().deadTokenSpacing(life: .seconds(20)) == .seconds(1))
        #expect(policy().spacing(life: .seconds(7200), kind: .classic) == .seconds(300))
        #expect(policy().spacing(life: .seconds(20), kind: .classic) == .milliseconds(2500))
        #expect(policy().spacing(life: .seconds(20), kind: .stableForced) == .seconds(30))
        #expect(policy().watchGrace(life: .seconds(7200)) == .seconds(10))
        #expect(policy().watchGrace(life: .seconds(24)) == .seconds(2))
        #expect(policy().watchConfirmation(life: .seconds(7200)) == .seconds(3))
        #expect(policy().watchConfirmation(life: .seconds(20)) == .milliseconds(500))
        #expect(policy().usableOverlap.isClose(to: .seconds(270)))
    }

    /// Each figure as it is for two hours, a minute and twenty seconds.
    @Test(arguments: [
        [7200.0, 300.0, 600.0, 5.0, 2.0, 10.0, 58.0, 600.0], [60, 2.5, 5, 0.5, 1, 1, 0.5, 5],
        [20, 0.8333, 1.6667, 0.1667, 0.3333, 0.3333, 0.1667, 1.6667],
    ])
    func everyFigure_ScalesWithTheLife(figures: [Double]) {
        let life = Duration.seconds(figures[0])
        #expect(RefreshPolicy.ticketPause(life: life).isClose(to: .seconds(figures[1])))
        #expect(policy().confirmationPause(.ticket(.jsapi), life: life) == RefreshPolicy.ticketPause(life: life))
        #expect(RefreshPolicy.ticketTrust(life: life).isClose(to: .seconds(figures[2])))
        #expect(policy().isNews(.seconds(figures[3] + 0.01), life: life))
        #expect(!policy().isNews(.seconds(figures[3] - 0.01), life: life))
        #expect(policy().verdictHolds(life: life).isClose(to: .seconds(figures[4])))
        #expect(policy().questions(life: life).interval.isClose(to: .seconds(figures[5])))
        #expect(policy().repairs(life: life).interval.isClose(to: .seconds(figures[6])))
        #expect(policy().externalRotationRemembered(life: life).isClose(to: .seconds(figures[7])))
    }

    @Test(arguments: [(1, 1.0), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (60, 30)])
    func backOff_DoublesUpToHalfAMinute(failures: Int, seconds: Double) {
        func pause(_ chance: Double) -> Duration {
            policy().backOff(failures: failures, life: .seconds(7200), isUrgent: false, chance: chance)
        }
        #expect(pause(1).isClose(to: .seconds(seconds)))
        #expect(pause(0).isClose(to: .seconds(seconds / 10)))
    }

    @Test func urgentBackOff_StaysWithinTenSeconds() {
        let pause = policy().backOff(failures: 20, life: .seconds(7200), isUrgent: true, chance: 1)
        #expect(pause.isClose(to: .seconds(10)))
        #expect(policy().backOff(failures: 20, life: nil, isUrgent: true, chance: 1).isClose(to: .seconds(10)))
    }

    @Test func backOffOfAShortLife_IsShort() {
        #expect(
            policy().backOff(failures: 20, life: .seconds(20), isUrgent: false, chance: 1).isClose(to: .seconds(1)))
    }

    @Test(arguments: [
        (Refusal.Reaction.backOff, nil), (.nextMinute, Duration.seconds(62)), (.slowly, .seconds(120)),
        (.pause(for: .seconds(7)), .seconds(7)), (.stop, .seconds(3600)),
    ])
    func refusal_HasItsPause(_ reaction: Refusal.Reaction, _ pause: Duration?) {
        #expect(policy().pause(after: reaction) == pause)
    }

    @Test func lastTwentyFourthOfALife_IsUrgent() {
        #expect(policy().isUrgent(left: .seconds(299), life: .seconds(7200)))
        #expect(!policy().isUrgent(left: .seconds(300), life: .seconds(7200)))
        #expect(policy().isUrgent(left: .milliseconds(800), life: .seconds(20)))
    }

    @Test func manyApps_StretchTheWatch() {
        #expect(policy(apps: 300).watchPeriod == .seconds(30))
        #expect(policy(apps: 1000).watchPeriod == .seconds(100))
        #expect(policy(apps: 1000, watchPeriod: .zero).watchPeriod == .zero)
    }

    @Test func days_HaveABudget() {
        #expect(policy().dailyBudget(.stableForced, life: .seconds(20)) == 20)
        #expect(policy().dailyBudget(.classic, life: .seconds(7200)) == 1700)
        #expect(policy().dailyBudget(.classic, life: nil) == 1700)
        #expect(policy().dailyBudget(.classic, life: .seconds(720)) == 17_000, "where ten times as many are due")
    }
}
