import Testing

@testable import KeeperCore

/// The smaller machines that a refresher is made of.
@Suite struct RefresherPartsTests {
    private let policy = RefreshPolicy(
        NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .zero))
    private let now = Instant.seconds(1000)

    // MARK: Repair

    private let rate = Allowance.Rate(burst: 10, interval: .seconds(58))

    @Test func deadToken_IsForgottenWithTheNext_AndWhoEndedItToo() {
        var repair = Repair()
        repair.died()
        #expect(repair.isDead && !repair.isRotatedExternally)
        repair.lives()
        #expect(!repair.isDead)
        repair.wasRotatedExternally()
        #expect(repair.isDead && repair.isRotatedExternally)
        repair.tokenChanged()
        #expect(!repair.isDead && !repair.isRotatedExternally)
    }

    @Test func rotationsOfAPredecessor_CountOncePerTerm() {
        var repair = Repair()
        repair.count(10, in: Epoch(4), rate, at: now)
        #expect(repair.next(rate) == now + .seconds(58))
        repair.grantOne(rate)
        repair.count(10, in: Epoch(4), rate, at: now)
        #expect(repair.next(rate) == now, "what was given back is not taken again")
        repair.take(rate, at: now)
        #expect(repair.next(rate) == now + .seconds(58))
        repair.count(10, in: Epoch(5), rate, at: now + .seconds(580))
        #expect(repair.next(rate) == now + .seconds(638))
    }

    // MARK: Due time

    @Test func dueTime_IsDrawnOncePerVersion() {
        var (due, random) = (DueTime(), SplitMix64(seed: 1))
        let first = Credential.sample()
        #expect(due.at == nil)
        #expect(due.draw(for: first, .classic, policy, random: &random))
        let moment = due.at
        #expect(moment != nil)
        #expect(!due.draw(for: first, .classic, policy, random: &random))
        #expect(due.at == moment)
        // The same number in another term is another token.
        #expect(due.draw(for: .sample(epoch: 2), .classic, policy, random: &random))
        #expect(due.at != moment)
    }

    // MARK: Intents

    @Test func intents_HaveNumbersThatAreGivenOnce() {
        var intents = IntentNumbers()
        let given = (0..<2).map { _ in intents.next() }
        #expect(given == [1, 2])
        intents.begin(above: 9)
        let next = intents.next()
        #expect(next == 10)
    }

    /// An open intent of this process that never went on to call is cleared; nobody else's is.
    @Test func intentThatNeverCalled_IsAnOrphan() {
        var intents = IntentNumbers()
        let (ours, theirs) = (LeaseHolder.n1.incarnation, LeaseHolder.n2.incarnation)
        _ = intents.next()
        let open = IntentID(incarnation: ours, number: 1)
        #expect(intents.orphan(nil, of: ours) == nil)
        #expect(intents.orphan(open, of: ours) == open)
        #expect(intents.orphan(IntentID(incarnation: theirs, number: 1), of: ours) == nil)
        intents.calls(1)
        #expect(intents.orphan(open, of: ours) == nil)
    }

    // MARK: Tickets

    /// Two hours count from a change that was seen; a ticket of unknown age is relied upon for ten minutes.
    @Test func ticket_LivesAsLongAsWasSeen() {
        var age = TicketAge()
        let life = Duration.seconds(7200)
        let unknown = age.named(at: now, life: life, current: nil, isSame: false, policy)
        #expect(unknown == now + .seconds(600))
        let known = Credential.sample(expiresAt: unknown)
        let same = age.named(at: now + .seconds(300), life: life, current: known, isSame: true, policy)
        #expect(same == now + .seconds(900))
        let other = age.named(at: now + .seconds(600), life: life, current: known, isSame: false, policy)
        #expect(other == now + .seconds(300) + life, "counted from when the one before was named last")
    }

    // MARK: Forwards

    private func follows(_ leader: Epoch, _ forwards: inout Forwards) -> Bool { forwards.follows(leader, at: now) }

    @Test func forwards_GoOnceToEachLeader_AndAgainAfterOneThatFailed() {
        var forwards = Forwards()
        #expect(follows(Epoch(4), &forwards))
        #expect(forwards.isDue(at: now))
        #expect(!follows(Epoch(4), &forwards))
        forwards.failed(policy, at: now)
        #expect(!forwards.isDue(at: now) && forwards.due == now + policy.timing.renewalRetry)
        #expect(forwards.isDue(at: forwards.due))
        #expect(follows(Epoch(5), &forwards))
        #expect(forwards.isDue(at: now), "another leader is asked at once")
    }

    // MARK: Serving

    private func choose(_ serving: inout Serving, _ knowledge: Knowledge) -> Bool {
        serving.choose(from: knowledge, policy)
    }

    @Test func whatIsServed_IsToldOnce_AndItsEndToo() {
        var (serving, knowledge) = (Serving(), Knowledge(app: .wx1))
        #expect(!choose(&serving, knowledge))
        knowledge.learn(.sample(), from: "store", readAfter: now)
        #expect(choose(&serving, knowledge))
        #expect(!choose(&serving, knowledge))
        knowledge.becomeUncertain(since: now)
        #expect(choose(&serving, knowledge), "an uncertainty shortens what may be promised")
        #expect(serving.current?.promisedUntil == now + .seconds(270))
        #expect(choose(&serving, Knowledge(app: .wx1)))
        #expect(serving.current == nil)
    }

    @Test func tokenThatTheStoreDoesNotHave_IsServedUntilItDoes_OrKnowsANewer() {
        var (serving, knowledge) = (Serving(), Knowledge(app: .wx1))
        knowledge.learn(.sample(version: 1, token: "t1"), from: "store", readAfter: now)
        serving.keep(.sample(version: 2, token: "t2"))
        #expect(choose(&serving, knowledge))
        #expect(serving.current?.credential.token == Token("t2"))
        #expect(serving.previous(knowledge) == [Fingerprint(of: Token("t1"))], "the store names none before its own")
        knowledge.learn(.sample(event: 2, version: 3, token: "t3"), from: "store", readAfter: now)
        #expect(choose(&serving, knowledge))
        #expect(serving.current?.credential.token == Token("t3"))
        serving.letGo()
        #expect(!choose(&serving, knowledge))
    }
}
