import CurlClient
import KeeperCore
import KeeperPorts
import Testing

@testable import WeChatAPI

/// WeChat's other domains, and what a failure says about the way there.
@Suite struct DomainTests {
    private let app = AppID("wx1")
    private let good = #"{"access_token":"TOKEN-1","expires_in":7200}"#

    private func api(_ ports: [Int]) throws -> WeChatAPI {
        let bases = try ports.map { try WeChatBaseURL("http://127.0.0.1:\($0)") }
        return WeChatAPI(
            client: CurlClient(), base: try #require(bases.first), fallbacks: Array(bases.dropFirst()),
            accounts: [app: .app(AppSecret("a-secret-of-the-app"))])
    }

    /// A port on which nobody listens (once tcpmux).
    ///
    /// One that was free a moment ago may be another test's by now.
    private let closedPort = 1

    @Test func domainThatCannotBeReached_IsPassedOver_AndAskedLastFromThenOn() async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let api = try api([closedPort, stub.port])
            for call in 1...2 {
                let outcome = await api.fetch(app, .classic, before: .now + .seconds(20)) { true }
                #expect(outcome == .issued(token: Token("TOKEN-1"), life: .seconds(7200)))
                #expect(stub.requests.count == call)
            }
        }
    }

    /// Sent once, never twice: the second domain must not be asked where the first may have obeyed.
    @Test func domainThatDoesNotAnswer_IsNotFollowedByAnother() async throws {
        try await StubWeChat.with(nil) { silent in
            try await StubWeChat.with(answer(good)) { other in
                let api = try api([silent.port, other.port])
                let outcome = await api.fetch(app, .classic, before: .now + .seconds(2)) { true }
                guard case .unknown(let trouble) = outcome else { throw Unexpected(outcome: "\(outcome)") }
                #expect(trouble.contact == .failed)
                #expect(silent.requests.count == 1 && other.requests.isEmpty)
                // But the next call begins with the other.
                let next = await api.fetch(app, .classic, before: .now + .seconds(20)) { true }
                #expect(next == .issued(token: Token("TOKEN-1"), life: .seconds(7200)))
            }
        }
    }

    @Test func withdrawnPermit_IsNoReasonForAnotherDomain() async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let outcome = await (try api([stub.port, stub.port])).fetch(app, .classic, before: .now + .seconds(20)) {
                false
            }
            guard case .notSent(let trouble) = outcome else { throw Unexpected(outcome: "\(outcome)") }
            #expect(trouble.contact == .untried)
            #expect(stub.requests.isEmpty)
        }
    }

    @Test func reach_ConnectsAndSendsNothing() async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let isThere = await (try api([closedPort, stub.port])).reach(before: .now + .seconds(20))
            #expect(isThere && stub.requests.isEmpty)
        }
        let isThere = await (try api([closedPort])).reach(before: .now + .seconds(20))
        #expect(!isThere)
    }

    @Test(arguments: [(40164, Contact.shutOut), (61004, .shutOut), (45011, .met), (-1, .met), (40013, .met)])
    func refusedAddress_IsToldFromOtherRefusals(errcode: Int, contact: Contact) {
        #expect(Refusal(errcode: errcode, errmsg: "no", hiding: []).trouble.contact == contact)
    }

    private struct Unexpected: Error {
        let outcome: String
    }
}
