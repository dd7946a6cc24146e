import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

@Suite struct OperateTests {
    private let successor = LeaderHint(holder: .example("b", address: "http://10.0.0.12:2130"), epoch: Epoch(8))

    @Test func stepDown_NamesTheNewLeaderAndTheTime() async throws {
        let provider = FakeProvider()
        provider.change { $0.successor = .success(successor) }
        let reply = try await provider.ask(.post, "/operate/step-down", as: "operator")
        #expect(reply.status == 200)
        #expect(try reply.string("leader") == "b")
        #expect(try reply.int("epoch") == 8)
        #expect(try #require(try reply.int("took_ms")) >= 0)
    }

    @Test func stepDownOfAFollower_SaysWhoLeads() async throws {
        let provider = FakeProvider()
        provider.change { $0.successor = .failure(NotLeaderError(leader: successor)) }
        let reply = try await provider.ask(.post, "/operate/step-down", as: "operator")
        #expect(reply.status == 421)
        #expect(try reply.int("errcode") == 421)
        #expect(try reply.string("leader") == "b")
        #expect(try reply.string("address") == "http://10.0.0.12:2130")
    }

    @Test func stepDownWithoutSuccessor_Is504() async throws {
        #expect(try await FakeProvider().ask(.post, "/operate/step-down", as: "operator").status == 504)
    }

    @Test func operatorsRefresh_ShowsTheTokenOnlyToReaders() async throws {
        let provider = FakeProvider()
        provider.change {
            $0.answer = .token(
                ServedCredential(credential: .example(token: "NEW")), previous: [], refreshed: true, stillValid: false)
        }
        let reply = try await provider.ask(.post, "/operate/refresh", as: "operator", body: #"{"appid":"wx1"}"#)
        #expect(reply.status == 200)
        #expect(try reply.string("fingerprint") == "9f86d081884c7d65")
        #expect(try reply.bool("refreshed") == true)
        #expect(!reply.text.contains("NEW"))
        #expect(provider.asked == [.init(app: AppID("wx1"), reason: .operatorAsked, isForwarded: false)])

        let admin = try await provider.ask(.post, "/operate/refresh", as: "admin", body: #"{"appid":"wx1"}"#)
        #expect(try admin.string("access_token") == "NEW")
    }
}
