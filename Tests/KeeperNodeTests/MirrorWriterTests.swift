import ClusterObservation
import KeeperCore
import KeeperNode
import KeeperPorts
import KeeperTestKit
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

/// The mirror writer beside a node, with a world in memory.
@Suite(.timeLimit(.minutes(1))) struct MirrorWriterTests {
    private static let keys = [MirrorKey("plain", .token), MirrorKey("end", .end(lessSeconds: 120))]

    /// Runs a mirrorWriter beside the node of `withNode`.
    private func withMirrorWriter(
        setting scene: (World) -> Void = { _ in },
        _ body: @Sendable (Node, World, MirrorWriter) async throws -> Void
    ) async throws {
        try await withNode(setting: scene) { node, world, _ in
            let mirrorWriter = MirrorWriter(
                node: node, store: world.store, keys: [.wx1: Self.keys], timeout: .seconds(20),
                logger: world.log.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await mirrorWriter.run() }
                defer { group.cancelAll() }
                try await body(node, world, mirrorWriter)
            }
        }
    }

    private static func keepOld(in world: World) { world.store.keep(.mature("old")) }

    @Test func leader_CopiesWhatItServes_AndFollowsItsTokens() async throws {
        try await withMirrorWriter(setting: Self.keepOld) { node, world, _ in
            try await eventually("a mirror") { world.store.mirrors.last?.token == Token("old") }
            let old = try #require(world.store.mirrors.last)
            #expect(old.app == .wx1 && old.epoch == Epoch(4) && old.version == 1 && old.keys == Self.keys)
            #expect(old.left > .seconds(5900) && old.left <= .seconds(6000))
            world.wechat.set { $0.lives = false }
            let refused = RefreshRequest.Reason.refused(Token("old"))
            _ = await node.refresh(.wx1, because: refused, isForwarded: false, before: .now + .seconds(30))
            try await eventually("the next") { world.store.mirrors.last?.token == Token("token-1") }
            #expect(world.store.mirrors.last?.epoch == Epoch(5) && world.store.mirrors.last?.version == 2)
            #expect(Set(world.store.mirrorEpochs) == [Epoch(5)])
        }
    }

    @Test func follower_CopiesNothing_UntilItLeads() async throws {
        let scene = { (world: World) in
            Self.keepOld(in: world)
            world.store.crown(.n2, epoch: 5)
        }
        try await withMirrorWriter(setting: scene) { node, world, _ in
            try await eventually("a token") { if case .token = node.read(.wx1) { true } else { false } }
            #expect(world.store.mirrors.isEmpty)
            world.store.set { $0.release() }
            try await eventually("a mirror") { !world.store.mirrors.isEmpty }
            #expect(world.store.mirrorEpochs.first == Epoch(6))
        }
    }

    @Test func otherKeys_HoldTheNextCopies() async throws {
        try await withMirrorWriter(setting: Self.keepOld) { _, world, mirrorWriter in
            try await eventually("a mirror") { !world.store.mirrors.isEmpty }
            let other = [MirrorKey("another", .token)]
            mirrorWriter.configure([.wx1: other])
            try await eventually("a mirror under the other key") { world.store.mirrors.last?.keys == other }
        }
    }

    @Test func outage_IsLoggedOnce_WithoutTheToken() async throws {
        let scene = { (world: World) in world.store.set { $0.mirrorsFail = true } }
        try await withMirrorWriter(setting: scene) { _, world, _ in
            try await eventually("a second try") { world.store.mirrorEpochs.count >= 2 }
            world.store.set { $0.mirrorsFail = false }
            try await eventually("a mirror") { !world.store.mirrors.isEmpty }
            let lines = world.log.lines
            #expect(lines.count { $0.contains("cannot write every mirror of the tokens in Redis") } == 1)
            #expect(!lines.joined().contains("token-1"))
        }
    }

    @Test func run_EndsAtGracefulShutdown() async throws {
        let world = World()
        let mirrorWriter = MirrorWriter(
            node: world.makeNode(timing: try LeaseTiming()), store: world.store, keys: [.wx1: Self.keys],
            timeout: .seconds(1), logger: world.log.logger)
        await testGracefulShutdown { trigger in
            await withDiscardingTaskGroup { group in
                group.addTask { await mirrorWriter.run() }
                trigger.triggerGracefulShutdown()
            }
        }
    }
}
