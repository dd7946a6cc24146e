import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// How operators move leadership.
@Suite struct HandoverTests {
    private let b = LeaderHint(holder: .example("b", address: "http://10.0.0.12:2130"), epoch: Epoch(8))

    private func ask(
        _ path: String, _ body: String = "", when outcome: Result<CompletedHandover?, HandoverRefusal>
    ) async throws -> (reply: Reply, orders: [HandoverOrder]) {
        let provider = FakeProvider()
        provider.change { $0.handover = outcome }
        return (try await provider.ask(.post, path, as: "operator", body: body), provider.orders)
    }

    @Test func handover_NamesTheNewLeader_TheGapAndTheTime() async throws {
        let done = CompletedHandover(leader: b, gap: .milliseconds(12))
        let (reply, orders) = try await ask("/operate/step-down", when: .success(done))
        #expect(reply.status == 200)
        #expect(try reply.string("leader") == "b")
        #expect(try reply.int("epoch") == 8)
        #expect(try reply.int("gap_ms") == 12)
        #expect(try #require(try reply.int("took_ms")) >= 0)
        #expect(orders == [.stepDown])
    }

    @Test func switchover_PassesOnBothNames() async throws {
        let done = CompletedHandover(leader: b, gap: .zero)
        let both = try await ask("/operate/switchover", #"{"leader":"a","candidate":"b"}"#, when: .success(done))
        #expect(both.orders == [.switchover(leader: NodeName("a"), successor: NodeName("b"))])
        let one = try await ask("/operate/switchover", #"{"leader":"a"}"#, when: .success(done))
        #expect(one.orders == [.switchover(leader: NodeName("a"), successor: nil)])
    }

    @Test(arguments: ["", "{}", #"{"candidate":"b"}"#, #"{"leader":""}"#, "no JSON"])
    func switchoverWithoutLeader_Is400(body: String) async throws {
        let (reply, orders) = try await ask("/operate/switchover", body, when: .success(nil))
        #expect(reply.status == 400 && orders.isEmpty)
    }

    @Test func refusals_HaveAStatusOfTheirOwn() async throws {
        let table: [(HandoverRefusal, Int)] = [
            (.notLeader(b), 421), (.otherLeader(b), 412),
            (.cannotFollow(node: NodeName("c"), reason: .doesNotReachWeChat), 409),
            (.cannotFollow(node: NodeName("c"), reason: .absent), 409),
            (.cannotFollow(node: nil, reason: .paused), 409),
        ]
        for (refusal, status) in table {
            let body = #"{"leader":"a","candidate":"c"}"#
            let (reply, _) = try await ask("/operate/switchover", body, when: .failure(refusal))
            #expect(reply.status == status)
            #expect(try reply.int("errcode") == status)
        }
    }

    @Test func followerAsked_SaysWhoLeads() async throws {
        let (reply, _) = try await ask("/operate/step-down", when: .failure(.notLeader(b)))
        #expect(try reply.string("leader") == "b")
        #expect(try reply.string("address") == "http://10.0.0.12:2130")
    }

    @Test func handoverToNobody_Is504() async throws {
        #expect(try await ask("/operate/step-down", when: .success(nil)).reply.status == 504)
    }

    @Test func pause_LastsAsLongAsAsked_AnHourOtherwise() async throws {
        let provider = FakeProvider()
        let body = #"{"seconds":600}"#
        #expect(try await provider.ask(.post, "/operate/pause", as: "operator", body: body).status == 200)
        #expect(try await provider.ask(.post, "/operate/pause", as: "operator").status == 200)
        #expect(try await provider.ask(.post, "/operate/resume", as: "operator").status == 200)
        #expect(provider.pauses == [.seconds(600), .seconds(3600), nil])
    }

    @Test(arguments: ["0", "-1", "86401", "\"x\""])
    func pauseBeyondItsLimits_Is400(seconds: String) async throws {
        let provider = FakeProvider()
        let reply = try await provider.ask(.post, "/operate/pause", as: "operator", body: #"{"seconds":\#(seconds)}"#)
        #expect(reply.status == 400 && provider.pauses.isEmpty)
    }

    @Test func pauseWithoutRedis_Is503() async throws {
        let provider = FakeProvider()
        provider.change { $0.pauseFails = true }
        #expect(try await provider.ask(.post, "/operate/pause", as: "operator").status == 503)
    }

    @Test(arguments: ["step-down", "switchover", "pause", "resume"])
    func whoMayOnlyRead_MayNotMoveLeadership(what: String) async throws {
        #expect(try await FakeProvider().ask(.post, "/operate/\(what)", as: "shop", body: "{}").status == 403)
    }
}
