import CurlClient
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// Who is there at the address of another node, and what it keeps: asked of a real server.
@Suite struct IntroductionTests {
    private func ask(
        as member: (Int) -> LeaseHolder, digest: String = "00000000000000b2", secret: ClusterSecret = World.secret,
        keeping kept: [KeptApp] = [KeptApp(id: AppID("wx1"), line: "classic")]
    ) async throws -> IntroductionOutcome {
        let provider = FakeProvider()
        provider.change { $0.kept = kept }
        return try await World.withServer(provider) { port in
            let member = Member(holder: member(port), beat: 1, epochSeen: Epoch(7), isDraining: false)
            return await HTTPForwarder(secret: secret, client: CurlClient())
                .introduce(to: member, apps: try #require(AppsDigest(digest)), before: .now + .seconds(20))
        }
    }

    private func address(_ port: Int) -> String { "http://127.0.0.1:\(port)" }

    @Test func node_SaysWhoItIs_AndWhatItKeeps() async throws {
        let kept = [KeptApp(id: AppID("wx1"), line: "classic"), KeptApp(id: AppID("wx1#jsapi"), line: "ticket")]
        let outcome = try await ask(as: { .example("a", address: address($0)) }, keeping: kept)
        #expect(outcome == .answered(Introduction(holder: .example(), apps: kept)))
    }

    @Test func sameDigest_SparesTheList() async throws {
        let outcome = try await ask(as: { .example("a", address: address($0)) }, digest: "00000000000000a1")
        #expect(outcome == .answered(Introduction(holder: .example(), apps: nil)))
    }

    @Test func twentyThousandApps_FitIntoOneAnswer() async throws {
        let kept = (0..<20_000).map { KeptApp(id: AppID("wx\($0)abcdef0123456"), line: "stable") }
        let outcome = try await ask(as: { .example("a", address: address($0)) }, keeping: kept)
        #expect(outcome == .answered(Introduction(holder: .example(), apps: kept)))
    }

    @Test func anotherNodeAtThatAddress_SaysSo() async throws {
        let outcome = try await ask { port in
            LeaseHolder(node: NodeName("b"), incarnation: Incarnation("of b"), address: address(port))
        }
        guard case .answered(let introduction) = outcome else {
            Issue.record("the outcome is \(outcome)")
            return
        }
        #expect(introduction.holder.node == NodeName("a"))
        #expect(introduction.apps == nil)
    }

    @Test func strangerAtThatAddress_IsNotBelieved() async throws {
        let outcome = try await ask(
            as: { .example("a", address: address($0)) },
            secret: ClusterSecret(Array("another secret".utf8), cluster: "test"))
        guard case .failed(let reason) = outcome else {
            Issue.record("the outcome is \(outcome)")
            return
        }
        #expect(reason.contains("not from a node of this cluster"))
    }
}
