import Testing

@testable import KeeperCore

/// What is said of a node that looks at no event any more: the truth, as far as time alone has changed it.
@Suite struct HealthFactsTests {
    private let young = CredentialRecord.sample(version: 3, epoch: 2, age: .seconds(100))

    private func reasons(_ facts: HealthFacts, at now: Instant) -> [NodeHealth.ReasonNotReady] {
        facts.health(at: now).reasonsNotReady
    }

    // MARK: Time alone

    @Test func leader_IsNoneOnceItsLeaseHasRunOut() {
        var harness = Harness.leading(young)
        harness.pass(.seconds(1))
        let facts = harness.core.healthFacts()
        guard case .leader(let ends) = facts.standing else {
            Issue.record("\(facts.standing)")
            return
        }
        let last = facts.health(at: ends - .milliseconds(1))
        #expect(last.role == .leader && last.leader == LeaseHolder.n1.node && last.leaseLeft == .milliseconds(1))
        let after = facts.health(at: ends)
        #expect(after.role == .follower && after.leader == nil && after.leaseLeft == nil)
    }

    @Test func leaderElsewhere_IsForgottenOnceItsLeaseMustBeOver() throws {
        var harness = Harness.following(young)
        harness.pass(.seconds(1))
        let facts = harness.core.healthFacts()
        let over = try #require(facts.syncedAt) + harness.core.settings.timing.observation
        #expect(facts.health(at: over - .milliseconds(1)).leader == LeaseHolder.n2.node)
        #expect(facts.health(at: over).leader == nil)
    }

    @Test func token_IsIllOnceItIsOver_AndThenThereIsNone() throws {
        var harness = Harness.following(young)
        harness.pass(.seconds(1))
        let facts = harness.core.healthFacts()
        let ends = facts.credentials[0].ends
        let last = facts.health(at: ends - .milliseconds(1))
        #expect(last.illCount == 0 && !last.reasonsNotReady.contains(.noValidToken))
        let after = facts.health(at: ends)
        #expect(after.ill == [NodeHealth.Ill(app: .wx1, left: .zero, isUncertain: false, errcode: nil)])
        #expect(after.reasonsNotReady.contains(.noValidToken))
    }

    @Test func confirmation_GrowsStale() throws {
        var harness = Harness.following(young)
        harness.pass(.seconds(1))
        let facts = harness.core.healthFacts()
        let bound = try #require(facts.syncedAt) + NodeSettings.staleAfter
        #expect(!facts.health(at: bound).isStale)
        #expect(facts.health(at: bound + .milliseconds(1)).isStale)
        #expect(facts.health(at: bound).syncAge == NodeSettings.staleAfter)
    }

    @Test func nodeThatLooksAtNothing_IsStuckAfterTenSeconds_AndOutOfStepAfterItsReaderLease() throws {
        var harness = Harness.following(young)
        harness.pass(.seconds(1))
        let facts = harness.core.healthFacts()
        let stuck = facts.lastTurn + .seconds(10)
        #expect(reasons(facts, at: stuck - .milliseconds(1)) == [])
        #expect(reasons(facts, at: stuck) == [.stuck])
        #expect(facts.idleTime(at: stuck) == .seconds(10))
        let unsure = try #require(facts.syncedAt) + harness.core.settings.readerLease
        #expect(reasons(facts, at: unsure) == [.stuck])
        #expect(reasons(facts, at: unsure + .milliseconds(1)) == [.stuck, .outOfStep])
    }

    /// Nothing to do for the longest time there is: then it is not stuck.
    @Test func nodeThatIsIdle_LooksAround_LongBeforeItCountsAsStuck() {
        #expect(NodeCore.idlePause * 5 <= NodeSettings.longestIdleTime)
        #expect(LeaseTiming.standard.tickPeriod * 5 <= NodeSettings.longestIdleTime)
    }

    // MARK: Many apps

    private func apps(_ count: Int) -> [(AppID, CredentialFacts)] {
        (0..<count).map { (AppID("wx\(1000 + $0)"), CredentialFacts(isTicket: false)) }
    }

    private func tickets(_ types: [TicketType]) -> [(AppID, CredentialFacts)] {
        types.map { (AppID.wx1.ticket($0), CredentialFacts(isTicket: true)) }
    }

    private func well(_ place: Int, of health: inout CredentialsHealth) {
        health[place] = CredentialFacts(isTicket: health[place].isTicket, ends: .seconds(100))
    }

    @Test(arguments: [1, 127, 128, 129, 300]) func everyPlace_IsKeptApart(count: Int) {
        var health = CredentialsHealth(apps(count))
        for place in (0..<count).reversed() {
            let before = health
            well(place, of: &health)
            #expect(before.judged(at: .origin, .all).illCount == place + 1, "a copy stays as it was")
            let now = health.judged(at: .origin, .all)
            #expect(now.illCount == place)
            let named = (0..<min(place, NodeHealth.mostIll)).map { AppID("wx\(1000 + $0)") }
            #expect(now.ill.map(\.app) == named)
        }
        #expect(health.appCount == count)
        #expect(health.judged(at: .seconds(100), .all).illCount == count, "all are over at once")
    }

    @Test func appAndItsTickets_AreIllAsOne() {
        var health = CredentialsHealth([(.wx1, CredentialFacts(isTicket: false))] + tickets([.card, .jsapi]) + apps(2))
        #expect(health.appCount == 3)
        #expect(health.judged(at: .origin, .all).illCount == 3)
        well(0, of: &health)
        #expect(health.judged(at: .origin, .all).illCount == 3, "its tickets are ill still")
        well(1, of: &health)
        well(2, of: &health)
        let judgement = health.judged(at: .origin, .all)
        #expect(judgement.illCount == 2 && judgement.hasAnyToken)
    }

    @Test func ticketAlone_IsNoToken() {
        var health = CredentialsHealth([(.wx1, CredentialFacts(isTicket: false))] + tickets([.jsapi]))
        well(1, of: &health)
        #expect(!health.judged(at: .origin, .all).hasAnyToken)
    }

    @Test func appNotAskedForYet_CountsIfTheLeaderKeepsIt() {
        var health = CredentialsHealth(apps(2))
        health[1].lacksFirstAnswer = true
        let second = AppID("wx1001")
        #expect(health.judged(at: .origin, .all).lacksFirstAnswer)
        #expect(health.judged(at: .origin, .allBut([AppID("wx1000")])).lacksFirstAnswer)
        #expect(!health.judged(at: .origin, .allBut([second])).lacksFirstAnswer)
        #expect(!health.judged(at: .origin, .none).lacksFirstAnswer)
    }
}
