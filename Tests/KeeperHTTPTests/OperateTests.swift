import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

@Suite struct OperateTests {
    @Test func operatorsRefresh_ShowsTheTokenOnlyToReaders() async throws {
        let provider = FakeProvider()
        provider.change {
            $0.answer = .token(
                credential: ServedCredential(credential: .example(token: "NEW")), previous: [], refreshed: true,
                stillValid: false)
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
