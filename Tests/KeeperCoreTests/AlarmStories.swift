import Testing

@testable import KeeperCore

/// What a node finds that a person should look at.
@Suite struct AlarmStories {
    private let old = CredentialRecord.sample(age: .seconds(4000))
    private let wrongSecret = Trouble(errcode: 40125, summary: "invalid appsecret")

    private func kinds(_ stage: Stage) -> [Alarm.Kind] { stage.core.alarms(at: stage.now).alarms.map(\.kind) }

    @Test func whereAllIsWell_ThereIsNothing() {
        let leader = Stage.leading(.sample(age: .seconds(100)))
        #expect(leader.core.alarms(at: leader.now) == NodeAlarms(term: Epoch(5), alarms: []))
        let follower = Stage.following(.sample(age: .seconds(100)))
        #expect(follower.core.alarms(at: follower.now) == NodeAlarms(term: nil, alarms: []))
    }

    @Test func refusalOfTheConfiguration_IsToldFromAFailureThatPasses() throws {
        var stage = Stage.leading(old)
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(.refused(Refusal(trouble: Trouble(errcode: -1, summary: "busy"), reaction: .backOff)))
        let busy = Trouble(errcode: -1, summary: "busy")
        #expect(stage.core.alarms(at: stage.now).alarms == [Alarm(.wx1, .failing(busy))])
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        #expect(stage.core.alarms(at: stage.now).alarms == [Alarm(.wx1, .stopped(wrongSecret))])
        // The old token is served to its end, which is another alarm.
        stage.pass(.seconds(3300))
        #expect(kinds(stage) == [.notReady, .noToken, .stopped])
    }

    @Test func success_EndsIt() throws {
        var stage = Stage.leading(old)
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(.notSent(Trouble(summary: "connection refused")))
        #expect(kinds(stage) == [.failing])
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(issues: "t2")
        #expect(kinds(stage).isEmpty)
    }

    @Test func ofAppsOnlyTheLeaderSpeaks() {
        var record = old
        record.trouble = wrongSecret
        let follower = Stage.following(record)
        #expect(follower.core.status(at: follower.now).apps.first?.trouble == wrongSecret)
        #expect(kinds(follower).isEmpty)
    }

    @Test func outsider_IsToldOfAsLongAsItIsNews() throws {
        var stage = Stage.leading(.sample(age: .seconds(1000)), watchPeriod: .seconds(30))
        for _ in 0..<2 {
            stage.passUntil { !$0.probes.isEmpty }
            try stage.wechat(says: .dead(errcode: 40001))
        }
        try stage.wechat(issues: "t2")
        stage.pass(.seconds(1))
        guard case .overwritten(let overwrites)? = stage.core.alarms(at: stage.now).alarms.first?.reason else {
            Issue.record("there is no such alarm")
            return
        }
        #expect(overwrites.count == 1)
        stage.pass(.seconds(610))
        #expect(kinds(stage).isEmpty)
    }

    @Test func storeThatIsAway_IsTold_AndThenThatNobodyLeads() {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        stage.weather = { _ in .unreachable }
        stage.pass(.seconds(2))
        #expect(kinds(stage) == [.storeUnreachable])
        stage.pass(.seconds(20))
        #expect(kinds(stage) == [.storeUnreachable, .noLeader])
        #expect(stage.core.alarms(at: stage.now).term == nil)
    }

    @Test func appThatWasNeverAskedFor_IsNoAlarm() {
        let stage = Stage.leading()
        #expect(stage.calls.isEmpty && stage.core.alarms(at: stage.now).term != nil)
        #expect(kinds(stage) == [.notReady])
    }
}
