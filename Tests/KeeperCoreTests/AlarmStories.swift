import Testing

@testable import KeeperCore

/// What a node finds that a person should look at.
@Suite struct AlarmStories {
    private let old = CredentialRecord.sample(age: .seconds(4000))
    private let wrongSecret = Trouble(errcode: 40125, summary: "invalid appsecret")

    private func alarms(_ stage: Stage) -> [Alarm] { stage.core.alarms(at: stage.now)?.alarms ?? [] }

    private func kinds(_ stage: Stage) -> [Alarm.Kind] { alarms(stage).map(\.kind) }

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
        #expect(alarms(stage) == [Alarm(.wx1, .failing(busy))])
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        #expect(alarms(stage) == [Alarm(.wx1, .stopped(wrongSecret))])
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
        try stage.overwrite(by: "t2")
        guard case .overwritten(let overwrites)? = alarms(stage).first?.reason else {
            Issue.record("there is no such alarm")
            return
        }
        #expect(overwrites.count == 1)
        stage.pass(.seconds(610))
        #expect(kinds(stage).isEmpty)
    }

    /// A repair that waits must not look like the end of it, nor like a WeChat that refuses.
    @Test func duel_IsOneAlarm() throws {
        var record = CredentialRecord.sample(age: .seconds(1000))
        record.rotationsToday = 100
        var stage = Stage.leading(record, watchPeriod: .seconds(30))
        try stage.overwrite(by: "t2")
        for number in 3...12 {
            try stage.overwrite(by: "t\(number)") { stage in
                #expect(kinds(stage) == [.overwritten], "while the repair of \(number) waits")
            }
            #expect(kinds(stage) == [.overwritten])
        }
    }

    @Test func stopThatIsOver_IsNotTakenForTheNextTrouble() throws {
        var stage = Stage.leading(old)
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        stage.passUntil(atMost: .seconds(3700)) { !$0.calls.isEmpty }
        try stage.wechat(issues: "t2")
        #expect(kinds(stage).isEmpty)
        stage.passUntil(atMost: .seconds(4100)) { !$0.calls.isEmpty }
        try stage.wechat(.refused(Refusal(trouble: Trouble(errcode: -1, summary: "busy"), reaction: .backOff)))
        #expect(kinds(stage) == [.failing])
    }

    @Test func ticketsWithoutATokenToFetchThem_AreOneAlarmWithIt() throws {
        let owner = AppSettings(id: .wx1, line: .classic)
        var stage = Stage(apps: [owner, AppSettings(ticket: .jsapi, of: .wx1)])
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        stage.letOthersRegister()
        try stage.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        #expect(alarms(stage).compactMap(\.app) == [.wx1, .wx1])
        #expect(kinds(stage) == [.notReady, .noToken, .stopped])
        #expect(stage.core.alarms(at: stage.now)?.covered == [AppID.wx1.ticket(.jsapi)])
    }

    @Test func storeThatIsAway_IsTold_AndNotThatNobodyLeads() {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        stage.weather = { _ in .unreachable }
        stage.pass(.seconds(2))
        #expect(kinds(stage) == [.storeUnreachable])
        stage.pass(.seconds(20))
        #expect(kinds(stage) == [.storeUnreachable], "somebody else may lead")
        #expect(stage.core.alarms(at: stage.now)?.term == nil)
    }

    @Test func storeWithoutALeader_IsTold() {
        var stage = Stage.following(.sample(age: .seconds(100)))
        stage.store.pause(for: .seconds(300), at: stage.now)
        stage.store.lock = nil
        stage.pass(.seconds(20))
        #expect(kinds(stage) == [.noLeader])
    }

    @Test func nodeThatLeaves_IsNoJudge() {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        stage.play(.leaveAsked)
        #expect(stage.core.alarms(at: stage.now) == nil)
    }

    @Test func appThatWasNeverAskedFor_IsNoAlarm() {
        let stage = Stage.leading()
        #expect(stage.calls.isEmpty && stage.core.alarms(at: stage.now)?.term != nil)
        #expect(kinds(stage) == [.notReady])
    }
}

extension Stage {
    /// A program outside ends the token; it is found out and, after the pause, replaced.
    fileprivate mutating func overwrite(
        by token: String, meanwhile check: (Stage) -> Void = { _ in }
    ) throws {
        for _ in 0..<2 {
            passUntil(atMost: .seconds(120)) { !$0.probes.isEmpty }
            try wechat(says: .dead(errcode: 40001))
        }
        if calls.isEmpty { check(self) }
        passUntil(atMost: .seconds(4000)) { !$0.calls.isEmpty || !$0.probes.isEmpty }
        try wechat(issues: token)
        pass(.seconds(11))
    }
}
