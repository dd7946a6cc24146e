import Testing

@testable import KeeperCore

/// What nodes make of tokens that they find in the store and that nobody who lives has seen.
@Suite struct RestoredStories {
    private let found = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))

    /// A node that has just started and leads.
    private func leading(
        _ line: CredentialLine = .classic, members: [Member] = []
    ) -> Stage {
        var stage = Stage(line: line, isCold: true)
        stage.store.members = members
        stage.store.keep(found, at: stage.now)
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        return stage
    }

    /// A node that has just started and follows `n2`.
    private func following(
        leaderIsCold: Bool, left: Duration = .seconds(6200), age: Duration = .seconds(1000), beat: UInt64 = 1
    ) -> Stage {
        var stage = Stage(isCold: true)
        stage.store.keep(.sample(version: 3, epoch: 2, left: left, age: age), at: stage.now)
        stage.store.lead(.n2, epoch: 4, until: stage.now + .seconds(3600))
        stage.store.members = [leader(isCold: leaderIsCold, beat: beat)]
        stage.play(.started)
        return stage
    }

    private func leader(isCold: Bool, beat: UInt64 = 1) -> Member {
        Member(holder: .n2, beat: beat, epochSeen: Epoch(4), isDraining: false, isCold: isCold)
    }

    private func isStale(_ stage: Stage) -> Bool { stage.core.health(at: stage.now).isStale }

    @Test(arguments: [CredentialLine.classic, .stable, .wecom])
    func leader_AsksAboutWhatItFound_AndCallsItStaleUntilThen(line: CredentialLine) throws {
        var stage = leading(line)
        #expect(stage.served?.credential.token == Token("t1"))
        #expect(isStale(stage) && stage.core.confirmationAge(at: stage.now) == nil)
        stage.passUntil(atMost: .seconds(2)) { !$0.probes.isEmpty }
        try stage.wechat(says: .alive)
        stage.pass(.seconds(1))
        #expect(!isStale(stage) && stage.core.confirmationAge(at: stage.now) != nil)
        // Once is enough.
        stage.pass(.seconds(600))
        #expect(stage.probes.isEmpty)
    }

    @Test(arguments: [CredentialLine.classic, .stable])
    func deadOne_IsReplacedWithinSeconds_AndNobodyIsBlamed(line: CredentialLine) throws {
        var stage = leading(line)
        let start = stage.now
        for _ in 0..<2 {
            stage.passUntil(atMost: .seconds(10)) { !$0.probes.isEmpty }
            try stage.wechat(says: .dead(errcode: 40001))
        }
        stage.passUntil(atMost: .seconds(10)) { !$0.calls.isEmpty }
        #expect(isStale(stage), "nobody is told that a dead token is good")
        try stage.wechat(issues: "t2")
        #expect(stage.now - start < .seconds(15))
        #expect(stage.served?.credential.token == Token("t2"))
        #expect(stage.notices.contains(.credential(.wx1, .storeWasBehind(errcode: 40001))))
        #expect(stage.core.status(at: stage.now).counters.foreignRotations == 0)
        stage.pass(.seconds(1))
        #expect(!isStale(stage))
    }

    /// What WeChat itself names as the current one is proven, whatever it said before.
    @Test func stableLine_ThatNamesTheSameAgain_ProvesIt() throws {
        var stage = leading(.stable)
        for _ in 0..<2 {
            stage.passUntil(atMost: .seconds(10)) { !$0.probes.isEmpty }
            try stage.wechat(says: .dead(errcode: 40001))
        }
        stage.passUntil(atMost: .seconds(10)) { !$0.calls.isEmpty }
        try stage.wechat(issues: "t1")
        stage.pass(.seconds(10))
        #expect(!isStale(stage) && stage.probes.isEmpty && stage.calls.isEmpty)
    }

    @Test func whereWeChatDoesNotAnswer_ItIsAskedAgain_AndTheTokenStaysStale() throws {
        var stage = leading()
        for _ in 0..<3 {
            stage.passUntil(atMost: .seconds(15)) { !$0.probes.isEmpty }
            try stage.wechat(says: .inconclusive(.busy))
            #expect(isStale(stage) && stage.served?.credential.token == Token("t1"))
        }
    }

    @Test func follower_TrustsALeaderThatIsNotCold() {
        var stage = following(leaderIsCold: false)
        stage.pass(.milliseconds(10))
        stage.store.members = [leader(isCold: false, beat: 2)]
        stage.pass(.seconds(1))
        #expect(!isStale(stage))
    }

    /// The records of members and of the lease were restored with everything else.
    @Test func leaderThatShowsNoSignOfLife_VouchesForNothing() {
        var stage = following(leaderIsCold: false)
        stage.pass(.seconds(2))
        #expect(isStale(stage))
    }

    @Test func follower_OfAColdLeader_WaitsForItsWord() {
        var stage = following(leaderIsCold: true)
        stage.pass(.seconds(2))
        #expect(isStale(stage) && stage.probes.isEmpty)
        stage.store.members = [leader(isCold: false, beat: 2)]
        stage.pass(.seconds(1))
        #expect(!isStale(stage))
    }

    /// Redis was restored, and the leader that remembered has died; another node remembers still.
    @Test func memberThatRemembers_IsBelievedBeforeWeChatIsAsked() throws {
        var stage = leading(.classic, members: [leader(isCold: false)])
        stage.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        #expect(isStale(stage) && stage.probes.isEmpty)
        let newer = CredentialRecord.sample(version: 4, epoch: 3, token: "t9", age: .seconds(60))
        try stage.members([PeerState(holder: .n2, floor: Epoch(4), syncAge: .seconds(1), records: [newer])])
        stage.pass(.seconds(5))
        #expect(!isStale(stage) && stage.served?.credential.token == Token("t9"))
        #expect(stage.probes.isEmpty && stage.calls.isEmpty)
    }

    @Test func memberThatIsColdToo_VouchesForNothing() throws {
        var stage = leading(.classic, members: [leader(isCold: true)])
        stage.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        for _ in 0..<2 {
            // Once when it has started, and once more when it leads: somebody may have come since.
            try stage.members([PeerState(holder: .n2, floor: Epoch(4), syncAge: nil, records: [found])])
            stage.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty || !$0.probes.isEmpty }
        }
        #expect(!stage.probes.isEmpty && isStale(stage))
    }

    /// Redis's clock was set back while this node was down: by it, the token has more left than a life.
    @Test func endOfTheToken_IsWhatThoseWhoSawItsBeginningSay() throws {
        var stage = following(leaderIsCold: false, left: .seconds(7200), age: .seconds(-3600))
        stage.pass(.seconds(1))
        #expect(stage.served?.expiresIn(at: stage.now) == 7199)
        let seen = CredentialRecord.sample(version: 3, epoch: 2, left: .seconds(6000), age: .seconds(1200))
        try stage.members([PeerState(holder: .n2, floor: Epoch(4), syncAge: .seconds(1), records: [seen])])
        #expect(stage.served?.expiresIn(at: stage.now) == 5999)
        // A later end than the store's is not believed.
        var other = following(leaderIsCold: false, left: .seconds(3000), age: .seconds(4200))
        other.pass(.seconds(1))
        try other.members([PeerState(holder: .n2, floor: Epoch(4), syncAge: .seconds(1), records: [seen])])
        #expect(other.served?.expiresIn(at: other.now) == 2999)
    }

    @Test func warmNode_AsksAboutNothing() {
        var stage = Stage.leading(found)
        stage.pass(.seconds(600))
        #expect(stage.probes.isEmpty)
    }

    @Test func emptyStore_LeavesNothingToBeProven() {
        var stage = Stage(isCold: true)
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        stage.pass(.milliseconds(500))
        #expect(!isStale(stage))
    }

    /// Nobody is left to ask about: the next token is fetched in any case.
    @Test func expiredToken_IsNotAskedAbout() throws {
        var stage = Stage(isCold: true)
        stage.store.keep(.sample(version: 3, epoch: 2, left: .zero, age: .seconds(7300)), at: stage.now)
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        stage.passUntil(atMost: .seconds(20)) { !$0.calls.isEmpty }
        #expect(stage.probes.isEmpty)
    }

    @Test func manyApps_AreAskedAboutOneByOne() {
        let apps = (0..<100).map { AppSettings(id: AppID("wx\($0)"), line: .classic) }
        var stage = Stage(apps: apps, isCold: true)
        for app in apps {
            var record = found
            record.app = app.id
            stage.store.keep(record, at: stage.now)
        }
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        stage.pass(.seconds(2))
        #expect((1...30).contains(stage.probes.count), "\(stage.probes.count)")
    }

    // MARK: Witnesses

    private func tells(
        _ holder: LeaseHolder, left: Duration, app: AppID = .wx1, syncAge: Duration? = .seconds(1)
    ) -> PeerState {
        var record = CredentialRecord.sample(version: 3, epoch: 2, left: left, age: .seconds(7200) - left)
        record.app = app
        return PeerState(holder: holder, floor: Epoch(4), syncAge: syncAge, records: [record])
    }

    /// One teller started while Redis's clock was wrong; it must not mislead whoever starts later.
    @Test func earlyEnd_ThatOneTells_IsNotBelievedBesideALaterOne() throws {
        var stage = following(leaderIsCold: false)
        stage.pass(.milliseconds(10))
        try stage.members([
            tells(.n2, left: .seconds(6190)), tells(.n3, left: .seconds(100)),
            tells(.n3, left: .seconds(50), syncAge: nil),
        ])
        #expect(stage.served?.expiresIn(at: stage.now) == 6189)
        // Nor does one that is over say anything.
        var other = following(leaderIsCold: false)
        other.pass(.milliseconds(10))
        try other.members([tells(.n2, left: .zero)])
        #expect(other.served?.expiresIn(at: other.now) == 6199)
    }

    @Test func answerThatComesAfterTheLeaderHasVouched_CorrectsTheEndAllTheSame() throws {
        var stage = following(leaderIsCold: false, left: .seconds(7200), age: .seconds(-3600))
        stage.pass(.milliseconds(10))
        stage.store.members = [leader(isCold: false, beat: 2)]
        stage.pass(.seconds(1))
        #expect(!isStale(stage))
        try stage.members([tells(.n2, left: .seconds(6000))])
        // Counted from the question, a second ago.
        #expect(stage.served?.expiresIn(at: stage.now) == 5998)
    }

    /// Its record had run out, so its heartbeat began anew.
    @Test func livingLeader_WhoseBeatBeginsAnew_IsBelieved() {
        var stage = following(leaderIsCold: false, beat: 230_000)
        stage.pass(.milliseconds(10))
        for beat in [1, 2] as [UInt64] {
            stage.store.members = [leader(isCold: false, beat: beat)]
            stage.pass(.seconds(1))
        }
        #expect(!isStale(stage))
    }

    @Test func witness_VouchesForWhatItKeeps_AndNothingElse() throws {
        let other = AppSettings(id: AppID("wx2"), line: .classic)
        var stage = Stage(apps: [AppSettings(id: .wx1, line: .classic), other], isCold: true)
        for app in [.wx1, other.id] {
            var record = found
            record.app = app
            stage.store.keep(record, at: stage.now)
        }
        stage.store.members = [leader(isCold: false)]
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        stage.play(.started)
        for _ in 0..<2 {
            stage.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty || !$0.probes.isEmpty }
            if !stage.queries.isEmpty { try stage.members([tells(.n2, left: .seconds(6000))]) }
        }
        stage.passUntil(atMost: .seconds(2)) { !$0.probes.isEmpty }
        #expect(stage.probes.count == 1 && isStale(stage), "of wx2 nobody has told anything")
    }
}
