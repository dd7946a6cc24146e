import ClusterObservation
import KeeperCore
import KeeperNode
import KeeperPorts
import KeeperTestKit
import ServiceLifecycleTestKit
import Testing

/// The shell around the core, with a world in memory.
@Suite(.timeLimit(.minutes(1))) struct NodeTests {
    private static func keeping(_ token: String) -> (World) -> Void {
        { world in world.store.keep(.mature(token)) }
    }

    private func token(_ reading: TokenReading) -> String? {
        guard case .token(let served, _, _) = reading else { return nil }
        return served.credential.token.secret
    }

    private func token(_ answer: RefreshReading) -> String? {
        guard case .token(let token) = answer else { return nil }
        return token.credential.token.secret
    }

    private func refused(_ token: String) -> RefreshRequest.Reason { .refused(Token(token)) }

    private var soon: ContinuousClock.Instant { .now + .seconds(30) }

    private func leads(_ node: Node) async throws {
        try await eventually("leadership") { node.health().role == .leader }
    }

    @Test func otherApps_AreKeptFromThenOn() async throws {
        try await withNode { node, world, _ in
            try await eventually("a token") { token(node.read(.wx1)) != nil }
            let newcomer = AppID("wx2")
            node.configure([AppSettings(id: newcomer, line: .classic)])
            #expect(node.read(.wx1) == .unknownApp)
            #expect(node.owner(of: Token("token-1")) == nil)
            try await eventually("the token of the new app") { token(node.read(newcomer)) != nil }
            let status = await node.status()
            #expect(status.apps.map(\.app) == [newcomer])
            #expect(world.store.record(.wx1) != nil, "what the store holds of an app that is gone stays there")
        }
    }

    @Test func node_LeadsFetchesPublishesAndServes() async throws {
        try await withNode { node, world, _ in
            try await eventually("a token") { token(node.read(.wx1)) != nil }
            #expect(token(node.read(.wx1)) == "token-1")
            #expect(world.store.record(.wx1)?.issue?.token == Token("token-1"))
            guard case .token(_, let expiresIn, let isStale) = node.read(.wx1) else { return }
            #expect(expiresIn > 7100 && expiresIn <= 7200 && !isStale)
            #expect(node.read(AppID("stranger")) == .unknownApp)
            let status = await node.status()
            #expect(status.health.isReady && status.health.role == .leader)
            #expect(await node.memberState().records.map(\.version) == [1])
            #expect(node.idleTime() < .seconds(20))
        }
    }

    @Test func beforeAnyToken_ReadsSayNone() async throws {
        try await withNode(setting: { $0.store.set { $0.isAway = true } }) { node, _, _ in
            #expect(node.read(.wx1) == .none)
            try await eventually("a reason") { node.health().reasonsNotReady.contains(.starting) }
        }
    }

    @Test func unknownFormat_IsTold_AndTheTokenIsServedOn() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, _ in
            try await leads(node)
            world.store.setFormat(2)
            try await eventually("the refusal") { node.health().storeRefusal == .unknownFormat(2) }
            try await eventually("the end of the term") { node.health().role == .follower }
            #expect(token(node.read(.wx1)) == "old")
            #expect(world.log.lines.contains { $0.contains("format 2") && $0.contains("cluster.name") })
            world.store.setFormat(StoreRefusal.knownFormat)
            try await leads(node)
            #expect(world.store.record(.wx1)?.issue?.token == Token("old"), "nothing was touched")
        }
    }

    @Test func deadToken_IsReplaced() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, _ in
            try await leads(node)
            world.wechat.set { $0.lives = false }
            let answer = await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon)
            #expect(token(answer) == "token-1")
            #expect(token(node.read(.wx1)) == "token-1")
        }
    }

    @Test func livingToken_IsConfirmed() async throws {
        try await withNode(setting: Self.keeping("old")) { node, _, _ in
            try await leads(node)
            let answer = await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon)
            guard case .token(let token) = answer, !token.refreshed, token.stillValid else {
                Issue.record("\(answer)")
                return
            }
        }
    }

    @Test func follower_ForwardsAndServesTheAnswer() async throws {
        let scene = { (world: World) in
            Self.keeping("old")(world)
            world.store.crown(.n2, epoch: 5)
            world.leader.set(.token(record: .mature("newest", version: 2), refreshed: true, stillValid: false))
        }
        try await withNode(setting: scene) { node, world, _ in
            try await eventually("a leader") { node.health().leader == LeaseHolder.n2.node }
            let answer = await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon)
            #expect(token(answer) == "newest")
            #expect(token(node.read(.wx1)) == "newest")
            #expect(world.leader.asked.map(\.leader.holder) == [.n2])
            #expect(world.wechat.calls == 0)
        }
    }

    @Test func callerWhoGivesUp_IsFreedAtOnce() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, _ in
            try await leads(node)
            world.wechat.set { $0.lives = nil }
            try await withThrowingTaskGroup(of: RefreshReading.self) { group in
                group.addTask { await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon) }
                try await eventually("a probe") { world.wechat.calls == 1 }
                group.cancelAll()
                let answer = try await group.next()
                #expect(answer == .unavailable(reason: .noLeader, retryAfter: .seconds(1)))
            }
        }
    }

    @Test func callerCancelledBefore_IsNotEvenHeard() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, _ in
            try await leads(node)
            try await eventually("a token that is known to live") { !node.health().isStale }
            let callsBefore = world.wechat.calls
            await withTaskGroup(of: RefreshReading.self) { group in
                group.cancelAll()
                group.addTask { await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon) }
                #expect(await group.next() == .unavailable(reason: .noLeader, retryAfter: .seconds(1)))
            }
            #expect(world.wechat.calls == callsBefore)
        }
    }

    @Test func leave_ReturnsOnceTheLeaseIsReleased() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, _ in
            try await leads(node)
            await node.leave()
            #expect(world.store.leaseLog.contains(.release(epoch: Epoch(5), handover: Handover(left: .zero))))
            #expect(node.health().role == .follower)
            #expect(token(node.read(.wx1)) == "old")
            await node.leave()
        }
    }

    @Test func gracefulShutdown_LeavesTheMembersAndFreesEverybody() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, trigger in
            try await leads(node)
            world.wechat.set { $0.lives = nil }
            try await withThrowingTaskGroup(of: RefreshReading.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon)
                    }
                }
                try await eventually("all waiting") { await node.status().counters.refreshesAsked == 20 }
                trigger.triggerGracefulShutdown()
                for try await answer in group {
                    #expect(answer == .unavailable(reason: .noLeader, retryAfter: .seconds(1)))
                }
            }
            try await eventually("the farewell") { world.store.leaseLog.last == .leave }
            // It is over: nobody waits any more, and reads go on.
            let late = await node.refresh(.wx1, because: refused("old"), isForwarded: false, before: soon)
            #expect(late == .unavailable(reason: .noLeader, retryAfter: .seconds(1)))
            await node.leave()
            #expect(token(node.read(.wx1)) == "old")
        }
    }

    @Test func livingNamesake_EndsTheNode() async throws {
        let error = await #expect(throws: NameTakenError.self) {
            let world = World()
            let other = LeaseHolder(node: LeaseHolder.n1.node, incarnation: Incarnation("i0"), address: "http://x:1")
            let member = Member(holder: other, beat: 1, epochSeen: .none, isDraining: false)
            world.store.set { $0.namesake = member }
            defer { #expect(world.store.leaseLog == []) }
            try await world.makeNode(timing: LeaseTiming()).run()
        }
        #expect(error?.description.contains("another living node has the name n1: http://x:1") == true)
    }

    @Test func gate_ClosesWhenTheLeaseIsOver() async throws {
        try await withNode(setting: { $0.wechat.set { $0.isSilent = true } }) { node, world, _ in
            try await eventually("a call") { world.wechat.lastPermitHolds != nil }
            #expect(world.wechat.lastPermitHolds == true)
            let begun = ContinuousClock.now
            world.store.crown(.n2, epoch: 9)
            try await eventually("a closed gate") { world.wechat.lastPermitHolds == false }
            #expect(ContinuousClock.now - begun < .seconds(3), "before the call's own deadline")
            #expect(node.health().role == .follower)
        }
    }

    @Test func stepDown_AnswersWithTheSuccessor() async throws {
        try await withNode(setting: Self.keeping("old")) { node, world, _ in
            try await leads(node)
            async let handover = node.handOver(.stepDown)
            let release = LeaseCommand.release(epoch: Epoch(5), handover: Handover(left: .zero))
            try await eventually("the release") { world.store.leaseLog.contains(release) }
            world.store.crown(.n2, epoch: 6)
            #expect(try await handover?.leader == LeaderHint(holder: .n2, epoch: Epoch(6)))
            await #expect(throws: HandoverRefusal.notLeader(LeaderHint(holder: .n2, epoch: Epoch(6)))) {
                try await node.handOver(.stepDown)
            }
        }
    }

    @Test func log_TellsTheStoryAndNoSecret() async throws {
        try await withNode(setting: Self.keeping("old-secret")) { node, world, _ in
            try await leads(node)
            try await eventually("a token that is known to live") { !node.health().isStale }
            world.wechat.set { $0.lives = false }
            _ = await node.refresh(.wx1, because: refused("old-secret"), isForwarded: false, before: soon)
            world.store.crown(.n2, epoch: 9)
            try await eventually("the end") { world.log.lines.contains { $0.contains("lost the lease to n2") } }
            let story = world.log.lines.joined(separator: "\n")
            for sentence in [
                "took the lease; rotating calls may begin in 0.0 s", "WeChat refuses the current token",
                "asks WeChat for a new token: WeChat refuses the current one",
                "published a new token with 7200.0 s to live", "follows n2",
            ] {
                #expect(story.contains(sentence), "\(sentence) in:\n\(story)")
            }
            #expect(!story.contains("old-secret") && !story.contains("token-1"))
        }
    }
}
