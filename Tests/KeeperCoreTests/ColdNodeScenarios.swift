import Testing

@testable import KeeperCore

/// Nodes that have just started (cold), and those who vouch for what they found: what each may believe, and for how
/// long (`docs/decisions/0017`).
@Suite struct ColdNodeScenarios {
    private let found = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(1000))
    private let released = LeaseRecord(
        epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
    private let wx1 = AppSettings(id: .wx1, line: .classic)
    private let wx2 = AppSettings(id: AppID("wx2"), line: .classic)

    private func member(
        _ holder: LeaseHolder, isCold: Bool, beat: UInt64 = 1, apps: [AppSettings]? = nil
    ) -> Member {
        Member(
            holder: holder, beat: beat, epochSeen: Epoch(4), isDraining: false,
            apps: apps.map { AppsDigest(of: $0) }, isCold: isCold)
    }

    /// A cold node that leads, the store holding `record`.
    private func leading(_ record: CredentialRecord, members: [Member] = []) -> Harness {
        var harness = Harness(isCold: true)
        harness.store.keep(record, at: harness.now)
        harness.store.members = members
        harness.store.lease = released
        harness.play(.started)
        return harness
    }

    /// A cold node that follows `n2`, the store holding `record`.
    private func following(_ record: CredentialRecord, leaderIsCold: Bool) -> Harness {
        var harness = Harness(isCold: true)
        harness.store.keep(record, at: harness.now)
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(3600))
        harness.store.members = [member(.n2, isCold: leaderIsCold)]
        harness.play(.started)
        return harness
    }

    /// A cold node that keeps `apps` and follows `n2`, which is not cold; the store holding a token of each of `ids`.
    private func following(_ ids: [AppID], apps: [AppSettings], leaderKeeps theirs: [AppSettings]) -> Harness {
        var harness = Harness(apps: apps, isCold: true)
        for id in ids {
            var record = found
            record.app = id
            harness.store.keep(record, at: harness.now)
        }
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(3600))
        harness.store.members = [member(.n2, isCold: false, apps: theirs)]
        harness.play(.started)
        return harness
    }

    private func isStale(_ harness: Harness) -> Bool { harness.core.health(at: harness.now).isStale }

    private func tells(
        _ record: CredentialRecord, by holder: LeaseHolder = .n2, syncAge: Duration? = .seconds(1)
    ) -> MemberState {
        MemberState(holder: holder, highestEpochSeen: Epoch(4), syncAge: syncAge, records: [record])
    }

    // MARK: Who is believed

    /// What it knows it may have had before the store was restored, and nothing since.
    @Test(arguments: [(4.9, true), (5.1, false)])
    func member_IsBelieved_OnlyIfItIsInStep(syncAge: Double, isBelieved: Bool) throws {
        var harness = leading(found, members: [member(.n2, isCold: false)])
        for _ in 0..<2 {
            harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty || !$0.probes.isEmpty || !isStale($0) }
            if !harness.queries.isEmpty { try harness.members([tells(found, syncAge: .seconds(syncAge))]) }
        }
        harness.pass(.seconds(2))
        #expect(harness.probes.isEmpty == isBelieved && isStale(harness) == !isBelieved)
    }

    /// The leader remembers, but keeps only one of the two: of the other nobody has told anything.
    @Test(arguments: [true, false])
    func leader_VouchesForWhatItKeeps_AndNothingElse(keepsBoth: Bool) throws {
        let (both, theirs) = ([wx1, wx2], keepsBoth ? [wx1, wx2] : [wx1])
        var harness = following([.wx1, wx2.id], apps: both, leaderKeeps: theirs)
        harness.pass(.milliseconds(10))
        let answer = Introduction(holder: .n2, apps: keepsBoth ? nil : theirs.map(KeptApp.init))
        try harness.introduce(.answered(answer))
        for beat in 2...4 as ClosedRange<UInt64> {
            harness.store.members = [member(.n2, isCold: false, beat: beat, apps: theirs)]
            harness.pass(.seconds(1))
        }
        #expect(isStale(harness) == !keepsBoth)
    }

    /// It has told what it knows; asking it again would cost something and bring nothing.
    @Test func members_AreAskedOnce_ByAFollowerThatStaysCold() throws {
        var harness = following(found, leaderIsCold: true)
        harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        try harness.members([tells(found, syncAge: nil)])
        for sequence in 2...30 as ClosedRange<UInt64> {
            harness.store.lead(.n2, epoch: 4, sequence: sequence, until: harness.now + .seconds(3600))
            harness.pass(.seconds(1))
        }
        #expect(isStale(harness) && harness.queries.isEmpty)
    }

    // MARK: What is left to be proven

    /// Its publisher lives: only what was there before this node is in question.
    @Test func tokenPublishedSinceTheStart_NeedsNoProof() {
        var harness = following(found, leaderIsCold: true)
        harness.pass(.seconds(2))
        #expect(isStale(harness))
        harness.store.keep(.sample(version: 4, epoch: 4, token: "t4", age: .zero, previous: ["t1"]), at: harness.now)
        harness.pass(.seconds(1))
        #expect(harness.served?.credential.token == Token("t4") && !isStale(harness))
    }

    @Test func tokenThatIsOver_KeepsNoNodeCold() {
        var harness = following(
            .sample(version: 3, epoch: 2, left: .seconds(-1), age: .seconds(7300)), leaderIsCold: true)
        harness.pass(.seconds(2))
        #expect(!isStale(harness))
    }

    /// WeChat refuses even the question: it is left alone as long as any other that it refuses.
    @Test func questionThatIsRefused_IsAskedAgainAfterFiveMinutes_NotBefore() throws {
        var harness = leading(found)
        harness.passUntil(atMost: .seconds(2)) { !$0.probes.isEmpty }
        let trouble = Trouble(errcode: 45009, summary: "quota used up")
        try harness.wechat(says: .refused(Refusal(trouble: trouble, reaction: .pause(for: .seconds(3600)))))
        harness.pass(.seconds(299))
        #expect(harness.probes.isEmpty && isStale(harness))
        harness.pass(.seconds(2))
        try harness.wechat(says: .alive)
        harness.pass(.seconds(1))
        #expect(!isStale(harness))
    }

    // MARK: What it says of itself

    /// Others must not take its word for what it does not know.
    @Test func coldNode_SaysSoWithItsHeartbeat_AndToThoseWhoAsk() throws {
        var harness = leading(found)
        let heard = Heard()
        harness.weather = { action in
            if case .lease(_, .tick(let tick)) = action { heard.isCold = tick.isCold }
            return .fair
        }
        harness.pass(.seconds(1))
        #expect(heard.isCold == true && harness.core.memberState(at: harness.now).syncAge == nil)
        #expect(harness.core.memberState(at: harness.now).records.count == 1, "what it has found it tells all the same")
        harness.passUntil(atMost: .seconds(2)) { !$0.probes.isEmpty }
        try harness.wechat(says: .alive)
        harness.pass(.seconds(2))
        #expect(heard.isCold == false && harness.core.memberState(at: harness.now).syncAge != nil)
    }

    /// What the node said with its last tick.
    private final class Heard { var isCold: Bool? }

    // MARK: The life of what was found

    /// Redis's clock was set back by an hour and more while this node was down.
    private let shifted = CredentialRecord.sample(
        version: 3, epoch: 2, left: .seconds(7200), age: .seconds(-3600))

    @Test func earlierEnd_MakesTheTokenDueEarlier() throws {
        var harness = leading(shifted, members: [member(.n2, isCold: false)])
        harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        let seen = CredentialRecord.sample(version: 3, epoch: 2, left: .seconds(4000), age: .seconds(3200))
        try harness.members([tells(seen)])
        #expect(harness.served?.expiresIn(at: harness.now).map { $0 <= 4000 } == true)
        // Due with 45 to 55 % of two hours left.
        harness.passUntil(atMost: .seconds(4000 - 3240 + 10)) { !$0.calls.isEmpty }
    }

    @Test func earlierBeginning_CountsForWhoeverWantsAnother() throws {
        var harness = leading(shifted, members: [member(.n2, isCold: false)])
        let early = harness.ask(.operatorAsked)
        guard case .tooSoon = harness.answer(to: early) else {
            Issue.record("by the store's clock the token is not even born")
            return
        }
        harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        try harness.members([tells(.sample(version: 3, epoch: 2, left: .seconds(6000), age: .seconds(1200)))])
        harness.ask(.operatorAsked)
        harness.passUntil(atMost: .seconds(10)) { !$0.calls.isEmpty }
    }

    /// A record of another version, or of another token, says nothing of this one's life.
    @Test(arguments: [
        CredentialRecord.sample(version: 2, epoch: 2, token: "t0", left: .seconds(100)),
        .sample(version: 3, epoch: 2, token: "another", left: .seconds(100)),
        .sample(version: 3, epoch: 2, token: nil),
    ])
    func lifeOfAnother_CorrectsNothing(record: CredentialRecord) throws {
        var harness = following(found, leaderIsCold: false)
        harness.passUntil(atMost: .seconds(2)) { !$0.queries.isEmpty }
        try harness.members([tells(record)])
        #expect(harness.served?.expiresIn(at: harness.now).map { $0 > 6100 } == true)
    }
}
