import Testing

@testable import KeeperCore

/// What a node finds that a person should look at.
@Suite struct AlarmScenarios {
    private let old = CredentialRecord.sample(age: .seconds(4000))
    private let wrongSecret = Trouble(errcode: 40125, summary: "invalid appsecret")

    private func alarms(_ harness: Harness) -> [Alarm] { harness.core.alarms(at: harness.now)?.alarms ?? [] }

    private func kinds(_ harness: Harness) -> [Alarm.Kind] { alarms(harness).map(\.kind) }

    @Test func whereAllIsWell_ThereIsNothing() {
        let leader = Harness.leading(.sample(age: .seconds(100)))
        #expect(leader.core.alarms(at: leader.now) == NodeAlarms(term: Epoch(5), alarms: []))
        let follower = Harness.following(.sample(age: .seconds(100)))
        #expect(follower.core.alarms(at: follower.now) == NodeAlarms(term: nil, alarms: []))
    }

    @Test func refusalOfTheConfiguration_IsToldFromAFailureThatPasses() throws {
        var harness = Harness.leading(old)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: Trouble(errcode: -1, summary: "busy"), reaction: .backOff)))
        let busy = Trouble(errcode: -1, summary: "busy")
        #expect(alarms(harness) == [Alarm(.wx1, .failing(busy))])
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        #expect(alarms(harness) == [Alarm(.wx1, .stopped(wrongSecret))])
        // The old token is served to its end, which is another alarm.
        harness.pass(.seconds(3300))
        #expect(kinds(harness) == [.notReady, .noToken, .stopped])
    }

    @Test func success_EndsIt() throws {
        var harness = Harness.leading(old)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.notSent(Trouble(summary: "connection refused")))
        #expect(kinds(harness) == [.failing])
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(issues: "t2")
        #expect(kinds(harness).isEmpty)
    }

    @Test func ofAppsOnlyTheLeaderSpeaks() {
        var record = old
        record.trouble = wrongSecret
        let follower = Harness.following(record)
        #expect(follower.core.status(at: follower.now).apps.first?.trouble == wrongSecret)
        #expect(kinds(follower).isEmpty)
    }

    @Test func externalRotation_IsToldOfAsLongAsItIsNews() throws {
        var harness = Harness.leading(.sample(age: .seconds(1000)), watchPeriod: .seconds(30))
        try harness.rotateExternally(by: "t2")
        guard case .externalRotation(let externalRotations)? = alarms(harness).first?.reason else {
            Issue.record("there is no such alarm")
            return
        }
        #expect(externalRotations.count == 1)
        harness.pass(.seconds(610))
        #expect(kinds(harness).isEmpty)
    }

    /// A repair that waits must not look like the end of it, nor like a WeChat that refuses.
    @Test func repeatedExternalRotation_IsOneAlarm() throws {
        var record = CredentialRecord.sample(age: .seconds(1000))
        record.rotationsToday = 100
        var harness = Harness.leading(record, watchPeriod: .seconds(30))
        try harness.rotateExternally(by: "t2")
        for number in 3...12 {
            try harness.rotateExternally(by: "t\(number)") { harness in
                #expect(kinds(harness) == [.externalRotation], "while the repair of \(number) waits")
            }
            #expect(kinds(harness) == [.externalRotation])
        }
    }

    @Test func stopThatIsOver_IsNotTakenForTheNextTrouble() throws {
        var harness = Harness.leading(old)
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        harness.passUntil(atMost: .seconds(3700)) { !$0.calls.isEmpty }
        try harness.wechat(issues: "t2")
        #expect(kinds(harness).isEmpty)
        harness.passUntil(atMost: .seconds(4100)) { !$0.calls.isEmpty }
        try harness.wechat(.refused(Refusal(trouble: Trouble(errcode: -1, summary: "busy"), reaction: .backOff)))
        #expect(kinds(harness) == [.failing])
    }

    @Test func ticketsWithoutATokenToFetchThem_AreOneAlarmWithIt() throws {
        let owner = AppSettings(id: .wx1, line: .classic)
        var harness = Harness(apps: [owner, AppSettings(ticket: .jsapi, of: .wx1)])
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.letOthersRegister()
        try harness.wechat(.refused(Refusal(trouble: wrongSecret, reaction: .stop)))
        #expect(alarms(harness).compactMap(\.app) == [.wx1, .wx1])
        #expect(kinds(harness) == [.notReady, .noToken, .stopped])
        #expect(harness.core.alarms(at: harness.now)?.covered == [AppID.wx1.ticket(.jsapi)])
    }

    @Test func storeThatIsAway_IsTold_AndNotThatNobodyLeads() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.weather = { _ in .unreachable }
        harness.pass(.seconds(2))
        #expect(kinds(harness) == [.storeUnreachable])
        harness.pass(.seconds(20))
        #expect(kinds(harness) == [.storeUnreachable], "somebody else may lead")
        #expect(harness.core.alarms(at: harness.now)?.term == nil)
    }

    @Test func storeWithoutALeader_IsTold() {
        var harness = Harness.following(.sample(age: .seconds(100)))
        harness.store.pause(for: .seconds(300), at: harness.now)
        harness.store.lock = nil
        harness.pass(.seconds(20))
        #expect(kinds(harness) == [.noLeader])
    }

    @Test func nodeThatLeaves_IsNoJudge() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.play(.leaveAsked)
        #expect(harness.core.alarms(at: harness.now) == nil)
    }

    @Test func appThatWasNeverAskedFor_IsNoAlarm() {
        let harness = Harness.leading()
        #expect(harness.calls.isEmpty && harness.core.alarms(at: harness.now)?.term != nil)
        #expect(kinds(harness) == [.notReady])
    }
}

extension Harness {
    /// A program outside ends the token; it is found out and, after the pause, replaced.
    fileprivate mutating func rotateExternally(
        by token: String, meanwhile check: (Harness) -> Void = { _ in }
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
