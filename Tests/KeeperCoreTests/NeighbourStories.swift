import Testing

@testable import KeeperCore

/// Nodes that keep different apps, or are not where they say they are.
@Suite struct NeighbourStories {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))
    private let wx1 = AppSettings(id: .wx1, line: .classic)
    private let wx2 = AppSettings(id: AppID("wx2"), line: .classic)
    private let wx3 = AppSettings(id: AppID("wx3"), line: .stable)

    /// A node that follows `n2`, which keeps `theirs`.
    private func following(_ mine: [AppSettings], leaderWith theirs: [AppSettings]) -> Stage {
        var stage = Stage(apps: mine)
        stage.store.keep(mature, at: stage.now)
        stage.store.lead(.n2, epoch: 4, until: stage.now + .seconds(3600))
        stage.store.members = [member(.n2, theirs)]
        stage.play(.started)
        stage.pass(.seconds(1))
        return stage
    }

    /// Lets time pass while the leader goes on renewing.
    private func pass(_ duration: Duration, _ stage: inout Stage) {
        let end = stage.now + duration
        while stage.now < end {
            let sequence = (stage.store.lease?.sequence ?? 0) + 1
            stage.store.lead(.n2, epoch: 4, sequence: sequence, until: stage.now + .seconds(3600))
            stage.pass(min(.seconds(1), end - stage.now))
        }
    }

    private func member(_ holder: LeaseHolder, _ apps: [AppSettings]) -> Member {
        Member(holder: holder, beat: 1, epochSeen: Epoch(4), isDraining: false, apps: AppsDigest(of: apps))
    }

    private func answer(_ holder: LeaseHolder, _ apps: [AppSettings]?) -> IntroductionOutcome {
        .answered(Introduction(holder: holder, apps: apps?.map(KeptApp.init)))
    }

    private func findings(_ stage: Stage) -> [Neighbour.Finding] {
        stage.core.status(at: stage.now).neighbours.map(\.finding)
    }

    private func kinds(_ stage: Stage) -> [Alarm.Kind] {
        stage.core.alarms(at: stage.now)?.alarms.map(\.kind) ?? []
    }

    // MARK: The digest

    @Test func digest_IsOfTheSetAndOfEachLine() {
        #expect(AppsDigest(of: [wx1, wx2]) == AppsDigest(of: [wx2, wx1]))
        let others: [[AppSettings]] = [
            [], [wx1], [wx1, wx3], [wx1, wx2, wx3], [wx1, AppSettings(id: wx2.id, line: .stable)],
            [wx1, AppSettings(id: AppID("wx"), line: .classic), AppSettings(id: AppID("2"), line: .classic)],
        ]
        for other in others { #expect(AppsDigest(of: other) != AppsDigest(of: [wx1, wx2]), "\(other)") }
        // Two versions of the program must agree on it.
        #expect(AppsDigest(of: []).rawValue == "cbf29ce484222325")
        #expect(AppsDigest(of: [wx1]).rawValue.count == 16)
    }

    // MARK: Readiness

    @Test func appTheLeaderDoesNotKeep_HoldsUpNobody() throws {
        var stage = following([wx1, wx2], leaderWith: [wx1])
        // Until the leader has said what it keeps, it may be this one.
        #expect(stage.core.health(at: stage.now).reasonsNotReady == [.appsNotAskedYet])
        try stage.introduce(answer(.n2, [wx1]))
        #expect(stage.core.health(at: stage.now).reasonsNotReady.isEmpty)
    }

    @Test func appThatBothKeep_IsWaitedFor_ThoughTheyDifferElsewhere() throws {
        var stage = following([wx1, wx2, wx3], leaderWith: [wx1, wx3])
        try stage.introduce(answer(.n2, [wx1, wx3]))
        #expect(stage.core.health(at: stage.now).reasonsNotReady == [.appsNotAskedYet])
        var third = mature
        third.app = wx3.id
        third.event = 2
        stage.store.keep(third, at: stage.now)
        stage.pass(.seconds(1))
        #expect(stage.core.health(at: stage.now).reasonsNotReady.isEmpty)
    }

    @Test func leaderThatIsNotFound_IsNotWaitedFor() throws {
        var stage = following([wx1, wx2], leaderWith: [wx1])
        try stage.introduce(.failed("connection refused"))
        pass(Neighbourhood.retry + .seconds(1), &stage)
        try stage.introduce(.failed("connection refused"))
        #expect(stage.core.health(at: stage.now).reasonsNotReady.isEmpty)
    }

    @Test func appTheLeaderKeeps_IsWaitedFor() {
        let stage = following([wx1, wx2], leaderWith: [wx2, wx1])
        #expect(stage.core.health(at: stage.now).reasonsNotReady == [.appsNotAskedYet])
    }

    // MARK: What differs

    @Test func difference_IsFoundNamedAndTold_AndItsEndToo() throws {
        var stage = following([wx1, wx2], leaderWith: [wx1, wx3])
        #expect(stage.introductions.map(\.member.holder) == [.n2])
        try stage.introduce(answer(.n2, [wx1, wx3]))
        let difference = AppsDifference(
            here: [wx1, wx2].map(KeptApp.init), there: [wx1, wx3].map(KeptApp.init))
        #expect(difference.sentence == "only here wx2; only there wx3")
        #expect(findings(stage) == [.otherApps(difference)])
        #expect(kinds(stage) == [.appsDiffer])
        #expect(stage.notices.last == .neighbour(Neighbour(holder: .n2, finding: .otherApps(difference))))
        // Known is known.
        pass(.seconds(120), &stage)
        #expect(stage.introductions.isEmpty)
        stage.forget()
        stage.store.members = [member(.n2, [wx1, wx2])]
        stage.pass(.seconds(1))
        try stage.introduce(answer(.n2, nil))
        #expect(findings(stage) == [.sameApps])
        // Now that the leader keeps it too, it will ask for the new app.
        #expect(kinds(stage) == [.notReady])
        #expect(stage.notices == [.neighbour(Neighbour(holder: .n2, finding: .sameApps))])
    }

    @Test func reload_ComparesAnew() throws {
        var stage = following([wx1], leaderWith: [wx1, wx2])
        try stage.introduce(answer(.n2, [wx1, wx2]))
        #expect(kinds(stage) == [.appsDiffer])
        stage.play(.configured([wx1, wx2]))
        stage.pass(.seconds(1))
        try stage.introduce(answer(.n2, nil))
        #expect(findings(stage) == [.sameApps])
    }

    @Test func onlyTheDifferenceFromTheLeader_IsAnAlarm() throws {
        var stage = following([wx1], leaderWith: [wx1])
        try stage.introduce(answer(.n2, nil))
        stage.store.members = [member(.n2, [wx1]), member(.n3, [wx1, wx2])]
        stage.pass(.seconds(1))
        try stage.introduce(answer(.n3, [wx1, wx2]))
        #expect(kinds(stage).isEmpty)
        #expect(findings(stage).count == 2)
    }

    @Test func anotherLine_IsADifferenceToo_AndLongListsAreCut() {
        let other = KeptApp(id: .wx1, line: "stable")
        #expect(AppsDifference(here: [KeptApp(wx1)], there: [other]).sentence == "by another api wx1")
        let many = (10..<40).map { KeptApp(id: AppID("wx\($0)"), line: "stable") }
        let sentence = AppsDifference(here: many, there: []).sentence
        #expect(sentence.hasPrefix("only here wx10, wx11, ") && sentence.hasSuffix("wx29 and 10 more"))
    }

    // MARK: Where it is

    @Test func anotherNodeAtTheAddress_IsToldOnce_AndAskedForAgain() throws {
        for there in [LeaseHolder.n1, .n3] {
            var stage = following([wx1], leaderWith: [wx1])
            try stage.introduce(answer(there, nil))
            #expect(findings(stage) == [.answeredBy(there)])
            #expect(kinds(stage) == [.wrongAddress])
            stage.forget()
            pass(Neighbourhood.retry + .seconds(1), &stage)
            try stage.introduce(answer(there, nil))
            #expect(stage.notices.isEmpty)
            pass(Neighbourhood.retry + .seconds(1), &stage)
            try stage.introduce(answer(.n2, nil))
            #expect(findings(stage) == [.sameApps])
            #expect(kinds(stage).isEmpty)
        }
    }

    @Test func silence_IsToldTheSecondTime() throws {
        var stage = following([wx1], leaderWith: [wx1])
        stage.forget()
        try stage.introduce(.failed("connection refused"))
        #expect(findings(stage) == [.unknown] && stage.notices.isEmpty)
        pass(Neighbourhood.retry + .seconds(1), &stage)
        try stage.introduce(.failed("connection refused"))
        #expect(findings(stage) == [.silent("connection refused")])
        #expect(stage.notices.count == 1)
    }

    @Test func oneThatWasStartedAgain_IsNotTakenForAnother() throws {
        var stage = following([wx1], leaderWith: [wx1])
        try stage.introduce(answer(.node("n2", start: 2), nil))
        #expect(findings(stage) == [.unknown])
        stage.store.members = [member(.node("n2", start: 2), [wx1])]
        stage.pass(.seconds(1))
        try stage.introduce(answer(.node("n2", start: 2), nil))
        #expect(findings(stage) == [.sameApps])
    }
}
