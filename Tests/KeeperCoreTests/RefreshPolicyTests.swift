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

    @Test func floorsAndSpacings_ScaleWithTheLife() {
        #expect(policy().floor(life: .seconds(7200)) == .seconds(10))
        #expect(policy().floor(life: .seconds(20)) == .seconds(1))
        #expect(policy().spacing(life: .seconds(7200), kind: .classic) == .seconds(300))
        #expect(policy().spacing(life: .seconds(20), kind: .classic) == .milliseconds(2500))
        #expect(policy().spacing(life: .seconds(20), kind: .stableForced) == .seconds(30))
        #expect(policy().watchGrace(life: .seconds(7200)) == .seconds(10))
        #expect(policy().watchGrace(life: .seconds(24)) == .seconds(2))
        #expect(policy().watchConfirmation(life: .seconds(7200)) == .seconds(3))
        #expect(policy().watchConfirmation(life: .seconds(20)) == .milliseconds(500))
        #expect(policy().usableOverlap.isClose(to: .seconds(270)))
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
        (.pause(.seconds(7)), .seconds(7)), (.stop, .seconds(3600)),
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
