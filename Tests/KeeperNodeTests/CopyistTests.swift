import ClusterObservation
import KeeperCore
import KeeperNode
import KeeperPorts
import KeeperTestKit
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

/// The copyist beside a node, with a world in memory.
@Suite(.timeLimit(.minutes(1))) struct CopyistTests {
    private static let keys = [CopyKey("plain", .token), CopyKey("end", .end(lessSeconds: 120))]

    /// Runs a copyist beside the node of `withNode`.
    private func withCopyist(
        setting scene: (World) -> Void = { _ in },
        _ body: @Sendable (Node, World, Copyist) async throws -> Void
    ) async throws {
        try await withNode(setting: scene) { node, world, _ in
            let copyist = Copyist(
                node: node, store: world.store, keys: [.wx1: Self.keys], timeout: .seconds(20),
                logger: world.log.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await copyist.run() }
                defer { group.cancelAll() }
                try await body(node, world, copyist)
            }
        }
    }

    private static func keepOld(in world: World) { world.store.keep(.mature("old")) }

    @Test func leader_CopiesWhatItServes_AndFollowsItsTokens() async throws {
        try await withCopyist(setting: Self.keepOld) { node, world, _ in
            try await eventually("a copy") { world.store.copies.last?.token == Token("old") }
            let old = try #require(world.store.copies.last)
            #expect(old.app == .wx1 && old.epoch == Epoch(4) && old.version == 1 && old.keys == Self.keys)
            #expect(old.left > .seconds(5900) && old.left <= .seconds(6000))
            world.wechat.set { $0.lives = false }
            let refused = RefreshRequest.Reason.refused(Token("old"))
            _ = await node.refresh(.wx1, because: refused, isForwarded: false, before: .now + .seconds(30))
            try await eventually("the next") { world.store.copies.last?.token == Token("token-1") }
            #expect(world.store.copies.last?.epoch == Epoch(5) && world.store.copies.last?.version == 2)
            #expect(Set(world.store.copyEpochs) == [Epoch(5)])
        }
    }

    @Test func follower_CopiesNothing_UntilItLeads() async throws {
        let scene = { (world: World) in
            Self.keepOld(in: world)
            world.store.crown(.n2, epoch: 5)
        }
        try await withCopyist(setting: scene) { node, world, _ in
            try await eventually("a token") { if case .token = node.read(.wx1) { true } else { false } }
            #expect(world.store.copies.isEmpty)
            world.store.set { $0.release() }
            try await eventually("a copy") { !world.store.copies.isEmpty }
            #expect(world.store.copyEpochs.first == Epoch(6))
        }
    }

    @Test func otherKeys_HoldTheNextCopies() async throws {
        try await withCopyist(setting: Self.keepOld) { _, world, copyist in
            try await eventually("a copy") { !world.store.copies.isEmpty }
            let other = [CopyKey("another", .token)]
            copyist.configure([.wx1: other])
            try await eventually("a copy under the other key") { world.store.copies.last?.keys == other }
        }
    }

    @Test func outage_IsLoggedOnce_WithoutTheToken() async throws {
        let scene = { (world: World) in world.store.set { $0.copiesFail = true } }
        try await withCopyist(setting: scene) { _, world, _ in
            try await eventually("a second try") { world.store.copyEpochs.count >= 2 }
            world.store.set { $0.copiesFail = false }
            try await eventually("a copy") { !world.store.copies.isEmpty }
            let lines = world.log.lines
            #expect(lines.count { $0.contains("cannot write every copy of the tokens in Redis") } == 1)
            #expect(!lines.joined().contains("token-1"))
        }
    }

    @Test func run_EndsAtGracefulShutdown() async throws {
        let world = World()
        let copyist = Copyist(
            node: world.makeNode(timing: try LeaseTiming()), store: world.store, keys: [.wx1: Self.keys],
            timeout: .seconds(1), logger: world.log.logger)
        await testGracefulShutdown { trigger in
            await withDiscardingTaskGroup { group in
                group.addTask { await copyist.run() }
                trigger.triggerGracefulShutdown()
            }
        }
    }
}
