import Testing

@testable import KeeperCore

/// Nodes that keep different apps, or are not where they say they are.
@Suite struct NeighbourScenarios {
    private let mature = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))
    private let wx1 = AppSettings(id: .wx1, line: .classic)
    private let wx2 = AppSettings(id: AppID("wx2"), line: .classic)
    private let wx3 = AppSettings(id: AppID("wx3"), line: .stable)

    /// A node that follows `n2`, which keeps `theirs`.
    private func following(_ mine: [AppSettings], leaderWith theirs: [AppSettings]) -> Harness {
        var harness = Harness(apps: mine)
        harness.store.keep(mature, at: harness.now)
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(3600))
        harness.store.members = [member(.n2, theirs)]
        harness.play(.started)
        harness.pass(.seconds(1))
        return harness
    }

    /// Lets time pass while the leader goes on renewing.
    private func pass(_ duration: Duration, _ harness: inout Harness) {
        let end = harness.now + duration
        while harness.now < end {
            let sequence = (harness.store.lease?.sequence ?? 0) + 1
            harness.store.lead(.n2, epoch: 4, sequence: sequence, until: harness.now + .seconds(3600))
            harness.pass(min(.seconds(1), end - harness.now))
        }
    }

    private func member(_ holder: LeaseHolder, _ apps: [AppSettings]) -> Member {
        Member(holder: holder, beat: 1, epochSeen: Epoch(4), isDraining: false, apps: AppsDigest(of: apps))
    }

    private func answer(_ holder: LeaseHolder, _ apps: [AppSettings]?) -> IntroductionOutcome {
        .answered(Introduction(holder: holder, apps: apps?.map(KeptApp.init)))
    }

    private func findings(_ harness: Harness) -> [Neighbour.Finding] {
        harness.core.status(at: harness.now).neighbours.map(\.finding)
    }

    private func kinds(_ harness: Harness) -> [Alarm.Kind] {
        harness.core.alarms(at: harness.now)?.alarms.map(\.kind) ?? []
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
        #expect(AppsDigest("cbf29ce484222325") == AppsDigest(of: []))
        for word in ["", "0badcafe", "cbf29ce48422232g", "cbf29ce4842223255", "+bf29ce484222325"] {
            #expect(AppsDigest(word) == nil)
        }
    }

    // MARK: Readiness

    @Test func appTheLeaderDoesNotKeep_HoldsUpNobody() throws {
        var harness = following([wx1, wx2], leaderWith: [wx1])
        // Until the leader has said what it keeps, it may be this one.
        #expect(harness.core.health(at: harness.now).reasonsNotReady == [.appsNotAskedYet])
        try harness.introduce(answer(.n2, [wx1]))
        #expect(harness.core.health(at: harness.now).reasonsNotReady.isEmpty)
    }

    @Test func appThatBothKeep_IsWaitedFor_ThoughTheyDifferElsewhere() throws {
        var harness = following([wx1, wx2, wx3], leaderWith: [wx1, wx3])
        try harness.introduce(answer(.n2, [wx1, wx3]))
        #expect(harness.core.health(at: harness.now).reasonsNotReady == [.appsNotAskedYet])
        var third = mature
        third.app = wx3.id
        third.event = 2
        harness.store.keep(third, at: harness.now)
        harness.pass(.seconds(1))
        #expect(harness.core.health(at: harness.now).reasonsNotReady.isEmpty)
    }

    @Test func leaderThatIsNotFound_IsNotWaitedFor() throws {
        var harness = following([wx1, wx2], leaderWith: [wx1])
        try harness.introduce(.failed(reason: "connection refused"))
        pass(Neighbourhood.retry + .seconds(1), &harness)
        try harness.introduce(.failed(reason: "connection refused"))
        #expect(harness.core.health(at: harness.now).reasonsNotReady.isEmpty)
    }

    @Test func appTheLeaderKeeps_IsWaitedFor() {
        let harness = following([wx1, wx2], leaderWith: [wx2, wx1])
        #expect(harness.core.health(at: harness.now).reasonsNotReady == [.appsNotAskedYet])
    }

    // MARK: What differs

    @Test func difference_IsFoundNamedAndTold_AndItsEndToo() throws {
        var harness = following([wx1, wx2], leaderWith: [wx1, wx3])
        #expect(harness.introductions.map(\.member.holder) == [.n2])
        try harness.introduce(answer(.n2, [wx1, wx3]))
        let difference = AppsDifference(
            here: [wx1, wx2].map(KeptApp.init), there: [wx1, wx3].map(KeptApp.init))
        #expect(difference.sentence == "only here wx2; only there wx3")
        #expect(findings(harness) == [.otherApps(difference)])
        #expect(kinds(harness) == [.appsDiffer])
        #expect(harness.notices.last == .neighbour(Neighbour(holder: .n2, finding: .otherApps(difference))))
        // Known is known.
        pass(.seconds(120), &harness)
        #expect(harness.introductions.isEmpty)
        harness.forget()
        harness.store.members = [member(.n2, [wx1, wx2])]
        harness.pass(.seconds(1))
        try harness.introduce(answer(.n2, nil))
        #expect(findings(harness) == [.sameApps])
        // Now that the leader keeps it too, it will ask for the new app.
        #expect(kinds(harness) == [.notReady])
        #expect(harness.notices == [.neighbour(Neighbour(holder: .n2, finding: .sameApps))])
    }

    @Test func reload_ComparesAnew() throws {
        var harness = following([wx1], leaderWith: [wx1, wx2])
        try harness.introduce(answer(.n2, [wx1, wx2]))
        #expect(kinds(harness) == [.appsDiffer])
        harness.play(.configured([wx1, wx2]))
        harness.pass(.seconds(1))
        try harness.introduce(answer(.n2, nil))
        #expect(findings(harness) == [.sameApps])
    }

    @Test func onlyTheDifferenceFromTheLeader_IsAnAlarm() throws {
        var harness = following([wx1], leaderWith: [wx1])
        try harness.introduce(answer(.n2, nil))
        harness.store.members = [member(.n2, [wx1]), member(.n3, [wx1, wx2])]
        harness.pass(.seconds(1))
        try harness.introduce(answer(.n3, [wx1, wx2]))
        #expect(kinds(harness).isEmpty)
        #expect(findings(harness).count == 2)
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
            var harness = following([wx1], leaderWith: [wx1])
            try harness.introduce(answer(there, nil))
            #expect(findings(harness) == [.answeredBy(there)])
            #expect(kinds(harness) == [.wrongAddress])
            harness.forget()
            pass(Neighbourhood.retry + .seconds(1), &harness)
            try harness.introduce(answer(there, nil))
            #expect(harness.notices.isEmpty)
            pass(Neighbourhood.retry + .seconds(1), &harness)
            try harness.introduce(answer(.n2, nil))
            #expect(findings(harness) == [.sameApps])
            #expect(kinds(harness).isEmpty)
        }
    }

    @Test func silence_IsToldTheSecondTime() throws {
        var harness = following([wx1], leaderWith: [wx1])
        harness.forget()
        try harness.introduce(.failed(reason: "connection refused"))
        #expect(findings(harness) == [.unknown] && harness.notices.isEmpty)
        pass(Neighbourhood.retry + .seconds(1), &harness)
        try harness.introduce(.failed(reason: "connection refused"))
        #expect(findings(harness) == [.silent(reason: "connection refused")])
        #expect(harness.notices.count == 1)
    }

    @Test func oneThatWasStartedAgain_IsNotTakenForAnother() throws {
        var harness = following([wx1], leaderWith: [wx1])
        try harness.introduce(answer(.node("n2", start: 2), nil))
        #expect(findings(harness) == [.unknown])
        harness.store.members = [member(.node("n2", start: 2), [wx1])]
        harness.pass(.seconds(1))
        try harness.introduce(answer(.node("n2", start: 2), nil))
        #expect(findings(harness) == [.sameApps])
    }
}
