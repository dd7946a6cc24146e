import ClusterObservation
import KeeperCore
import KeeperNode
import KeeperPorts
import KeeperTestKit
import Testing

/// What stands in the log when something is wrong with a token: how important it is, and what to look up.
@Suite(.timeLimit(.minutes(1))) struct NodeLogTests {
    /// Runs a node until it tells of something.
    /// - Returns: the line.
    private func line(
        setting scene: (World) -> Void, with words: String,
        _ body: @Sendable (Node, World) async throws -> Void = { _, _ in }
    ) async throws -> String {
        let found = AsyncStream.makeStream(of: String.self)
        try await withNode(setting: scene) { node, world, _ in
            try await eventually("leadership") { node.health().role == .leader }
            try await body(node, world)
            try await eventually(words) { world.log.lines.contains { $0.contains(words) } }
            for line in world.log.lines where line.contains(words) { found.continuation.yield(line) }
        }
        found.continuation.finish()
        return try #require(await found.stream.first { _ in true })
    }

    @Test func refusal_IsAWarning_WithWeChatsCode_AndWhenItIsTriedAgain() async throws {
        let scene = { (world: World) in
            world.wechat.set {
                $0.refusal = Refusal(trouble: Trouble(errcode: 40125, summary: "wrong secret"), reaction: .stop)
            }
        }
        #expect(
            try await line(setting: scene, with: "got no token")
                == "warning got no token: wrong secret; nothing was rotated; next try in 3600.0 s app.id=wx1 "
                + "wechat.errcode=40125")
    }

    @Test func tokenEndedFromOutside_IsAnError_WithWeChatsCode() async throws {
        let line = try await line(
            setting: { $0.store.keep(.mature("old")) }, with: "nobody here replaced it"
        ) { node, world in
            try await eventually("a token that is known to live") { !node.health().isStale }
            world.wechat.set { $0.lives = false }
            _ = await node.refresh(
                .wx1, because: .refused(Token("old")), isForwarded: false, before: .now + .seconds(30))
        }
        #expect(line.hasPrefix("error WeChat refuses the current token although nobody here replaced it"))
        #expect(line.hasSuffix(" app.id=wx1 wechat.errcode=40001"))
    }
}
