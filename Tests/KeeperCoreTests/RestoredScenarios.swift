import Testing

@testable import KeeperCore

/// What nodes make of tokens that they find in the store and that nobody who lives has seen.
@Suite struct RestoredScenarios {
    private let found = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))

    /// A node that has just started and leads.
    private func leading(
        _ line: CredentialLine = .classic, members: [Member] = []
    ) -> Harness {
        var harness = Harness(line: line, isCold: true)
        harness.store.members = members
        harness.store.keep(found, at: harness.now)
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        return harness
    }

    /// A node that has just started and follows `n2`.
    private func following(
        leaderIsCold: Bool, left: Duration = .seconds(6200), age: Duration = .seconds(1000), beat: UInt64 = 1
    ) -> Harness {
        var harness = Harness(isCold: true)
        harness.store.keep(.sample(version: 3, epoch: 2, left: left, age: age), at: harness.now)
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(3600))
        harness.store.members = [leader(isCold: leaderIsCold, beat: beat)]
        harness.play(.started)
        return harness
    }

    private func leader(isCold: Bool, beat: UInt64 = 1) -> Member {
        Member(holder: .n2, beat: beat, epochSeen: Epoch(4), isDraining: false, isCold: isCold)
    }

    private func isStale(_ harness: Harness) -> Bool { harness.core.health(at: harness.now).isStale }

    @Test(arguments: [CredentialLine.classic, .stable, .wecom])
    func leader_AsksAboutWhatItFound_AndCallsItStaleUntilThen(line: CredentialLine) throws {
        var harness = leading(line)
        #expect(harness.served?.credential.token == Token("t1"))
        #expect(isStale(harness) && harness.core.memberState(at: harness.now).syncAge == nil)
        harness.passUntil(atMost: .seconds(2)) { !$0.probes.isEmpty }
        try harness.wechat(says: .alive)
        harness.pass(.seconds(1))
        #expect(!isStale(harness) && harness.core.memberState(at: harness.now).syncAge != nil)
        // Once is enough.
        harness.pass(.seconds(600))
        #expect(harness.probes.isEmpty)
    }

    @Test(arguments: [CredentialLine.classic, .stable])
    func deadOne_IsReplacedWithinSeconds_AndNobodyIsBlamed(line: CredentialLine) throws {
        var harness = leading(line)
        let start = harness.now
        for _ in 0..<2 {
            harness.passUntil(atMost: .seconds(10)) { !$0.probes.isEmpty }
            try harness.wechat(says: .dead(errcode: 40001))
        }
        harness.passUntil(atMost: .seconds(10)) { !$0.calls.isEmpty }
        #expect(isStale(harness), "nobody is told that a dead token is good")
        try harness.wechat(issues: "t2")
        #expect(harness.now - start < .seconds(15))
        #expect(harness.served?.credential.token == Token("t2"))
        #expect(harness.notices.contains(.credential(app: .wx1, notice: .storeWasBehind(errcode: 40001))))
        #expect(harness.core.status(at: harness.now).counters.externalRotations == 0)
        harness.pass(.seconds(1))
        #expect(!isStale(harness))
    }

    /// What WeChat itself names as the current one is proven, whatever it said before.
    @Test func stableLine_ThatNamesTheSameAgain_ProvesIt() throws {
        var harness = leading(.stable)
        for _ in 0..<2 {
            harness.passUntil(atMost: .seconds(10)) { !$0.probes.isEmpty }
            try harness.wechat(says: .dead(errcode: 40001))
        }
        harness.passUntil(atMost: .seconds(10)) { !$0.calls.isEmpty }
        try harness.wechat(issues: "t1")
        harness.pass(.seconds(10))
        #expect(!isStale(harness) && harness.probes.isEmpty && harness.calls.isEmpty)
    }

    @Test func whereWeChatDoesNotAnswer_ItIsAskedAgain_AndTheTokenStaysStale() throws {
        var harness = leading()
        for _ in 0..<3 {
            harness.passUntil(atMost: .seconds(15)) { !$0.probes.isEmpty }
            try harness.wechat(says: .inconclusive(.busy))
            #expect(isStale(harness) && harness.served?.credential.token == Token("t1"))
        }
    }

    @Test func follower_TrustsALeaderThatIsNotCold() {
        var harness = following(leaderIsCold: false)
        harness.pass(.milliseconds(10))
        harness.store.members = [leader(isCold: false, beat: 2)]
        harness.pass(.seconds(1))
        #expect(!isStale(harness))
    }

    /// The records of members and of the lease were restored with everything else.
    @Test func leaderThatShowsNoSignOfLife_VouchesForNothing() {
        var harness = following(leaderIsCold: false)
        harness.pass(.seconds(2))
        #expect(isStale(harness))
    }

    @Test func follower_OfAColdLeader_WaitsForItsWord() {
        var harness = following(leaderIsCold: true)
        harness.pass(.seconds(2))
        #expect(isStale(harness) && harness.probes.isEmpty)
        harness.store.members = [leader(isCold: false, beat: 2)]
        harness.pass(.seconds(1))
        #expect(!isStale(harness))
    }

    /// Redis was restored, and the leader that remembered has died; another node remembers still.
    @Test func memberThatRemembers_IsBelievedBeforeWeChatIsAsked() throws {
        var harness = leading(.classic, members: [leader(isCold: false)])
        harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        #expect(isStale(harness) && harness.probes.isEmpty)
        let newer = CredentialRecord.sample(version: 4, epoch: 3, token: "t9", age: .seconds(60))
        let told = MemberState(holder: .n2, highestEpochSeen: Epoch(4), syncAge: .seconds(1), records: [newer])
        try harness.members([told])
        harness.pass(.seconds(5))
        #expect(!isStale(harness) && harness.served?.credential.token == Token("t9"))
        #expect(harness.probes.isEmpty && harness.calls.isEmpty)
    }

    @Test func memberThatIsColdToo_VouchesForNothing() throws {
        var harness = leading(.classic, members: [leader(isCold: true)])
        harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        for _ in 0..<2 {
            // Once when it has started, and once more when it leads: somebody may have come since.
            try harness.members([MemberState(holder: .n2, highestEpochSeen: Epoch(4), syncAge: nil, records: [found])])
            harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty || !$0.probes.isEmpty }
        }
        #expect(!harness.probes.isEmpty && isStale(harness))
    }

    /// Redis's clock was set back while this node was down: by it, the token has more left than a life.
    @Test func endOfTheToken_IsWhatThoseWhoSawItsBeginningSay() throws {
        var harness = following(leaderIsCold: false, left: .seconds(7200), age: .seconds(-3600))
        harness.pass(.seconds(1))
        #expect(harness.served?.expiresIn(at: harness.now) == 7199)
        let seen = CredentialRecord.sample(version: 3, epoch: 2, left: .seconds(6000), age: .seconds(1200))
        let told = MemberState(holder: .n2, highestEpochSeen: Epoch(4), syncAge: .seconds(1), records: [seen])
        try harness.members([told])
        #expect(harness.served?.expiresIn(at: harness.now) == 5999)
        // A later end than the store's is not believed.
        var other = following(leaderIsCold: false, left: .seconds(3000), age: .seconds(4200))
        other.pass(.seconds(1))
        try other.members([told])
        #expect(other.served?.expiresIn(at: other.now) == 2999)
    }

    @Test func warmNode_AsksAboutNothing() {
        var harness = Harness.leading(found)
        harness.pass(.seconds(600))
        #expect(harness.probes.isEmpty)
    }

    @Test func emptyStore_LeavesNothingToBeProven() {
        var harness = Harness(isCold: true)
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.pass(.milliseconds(500))
        #expect(!isStale(harness))
    }

    /// Nobody is left to ask about: the next token is fetched in any case.
    @Test func expiredToken_IsNotAskedAbout() throws {
        var harness = Harness(isCold: true)
        harness.store.keep(.sample(version: 3, epoch: 2, left: .zero, age: .seconds(7300)), at: harness.now)
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.passUntil(atMost: .seconds(20)) { !$0.calls.isEmpty }
        #expect(harness.probes.isEmpty)
    }

    @Test func manyApps_AreAskedAboutOneByOne() {
        let apps = (0..<100).map { AppSettings(id: AppID("wx\($0)"), line: .classic) }
        var harness = Harness(apps: apps, isCold: true)
        for app in apps {
            var record = found
            record.app = app.id
            harness.store.keep(record, at: harness.now)
        }
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.pass(.seconds(2))
        #expect((1...30).contains(harness.probes.count), "\(harness.probes.count)")
    }

    // MARK: Witnesses

    private func tells(
        _ holder: LeaseHolder, left: Duration, app: AppID = .wx1, syncAge: Duration? = .seconds(1)
    ) -> MemberState {
        var record = CredentialRecord.sample(version: 3, epoch: 2, left: left, age: .seconds(7200) - left)
        record.app = app
        return MemberState(holder: holder, highestEpochSeen: Epoch(4), syncAge: syncAge, records: [record])
    }

    /// One teller started while Redis's clock was wrong; it must not mislead whoever starts later.
    @Test func earlyEnd_ThatOneTells_IsNotBelievedBesideALaterOne() throws {
        var harness = following(leaderIsCold: false)
        harness.pass(.milliseconds(10))
        try harness.members([
            tells(.n2, left: .seconds(6190)), tells(.n3, left: .seconds(100)),
            tells(.n3, left: .seconds(50), syncAge: nil),
        ])
        #expect(harness.served?.expiresIn(at: harness.now) == 6189)
        // Nor does one that is over say anything.
        var other = following(leaderIsCold: false)
        other.pass(.milliseconds(10))
        try other.members([tells(.n2, left: .zero)])
        #expect(other.served?.expiresIn(at: other.now) == 6199)
    }

    @Test func answerThatComesAfterTheLeaderHasVouched_CorrectsTheEndAllTheSame() throws {
        var harness = following(leaderIsCold: false, left: .seconds(7200), age: .seconds(-3600))
        harness.pass(.milliseconds(10))
        harness.store.members = [leader(isCold: false, beat: 2)]
        harness.pass(.seconds(1))
        #expect(!isStale(harness))
        try harness.members([tells(.n2, left: .seconds(6000))])
        // Counted from the question, a second ago.
        #expect(harness.served?.expiresIn(at: harness.now) == 5998)
    }

    /// Its record had run out, so its heartbeat began anew.
    @Test func livingLeader_WhoseBeatBeginsAnew_IsBelieved() {
        var harness = following(leaderIsCold: false, beat: 230_000)
        harness.pass(.milliseconds(10))
        for beat in [1, 2] as [UInt64] {
            harness.store.members = [leader(isCold: false, beat: beat)]
            harness.pass(.seconds(1))
        }
        #expect(!isStale(harness))
    }

    @Test func witness_VouchesForWhatItKeeps_AndNothingElse() throws {
        let other = AppSettings(id: AppID("wx2"), line: .classic)
        var harness = Harness(apps: [AppSettings(id: .wx1, line: .classic), other], isCold: true)
        for app in [.wx1, other.id] {
            var record = found
            record.app = app
            harness.store.keep(record, at: harness.now)
        }
        harness.store.members = [leader(isCold: false)]
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        for _ in 0..<2 {
            harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty || !$0.probes.isEmpty }
            if !harness.queries.isEmpty { try harness.members([tells(.n2, left: .seconds(6000))]) }
        }
        harness.passUntil(atMost: .seconds(2)) { !$0.probes.isEmpty }
        #expect(harness.probes.count == 1 && isStale(harness), "of wx2 nobody has told anything")
    }
}
