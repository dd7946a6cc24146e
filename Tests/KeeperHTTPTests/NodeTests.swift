import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import Testing

@testable import KeeperHTTP

/// Requests to the paths for nodes, made by hand.
@Suite struct NodeTests {
    private struct Attempt {
        var head = NodeRequestHead(
            method: "POST", target: "/internal/refresh", time: NodeClock.system(),
            recipient: LeaseHolder.example().incarnation, hop: 1, epoch: Epoch(7), remaining: 1000)
        var secret = World.secret
        var message = RefreshMessage(AppID("wx1"), .refused(Token("OLD")))
        var header: (name: String, value: String)?
    }

    private func leader() -> FakeProvider {
        let provider = FakeProvider()
        provider.change {
            $0.answer = .token(
                credential: ServedCredential(credential: .example(token: "NEW")),
                previous: [Fingerprint("0011223344556677")],
                refreshed: true, stillValid: false)
        }
        return provider
    }

    /// Sends all attempts to one server, and returns its answers.
    private func send(_ attempts: [Attempt], to provider: FakeProvider) async throws -> [TestResponse] {
        try await World.server(provider).application.test(.live) { server in
            var responses: [TestResponse] = []
            for attempt in attempts {
                let head = attempt.head
                let body = try attempt.secret.seal(
                    [UInt8](JSONEncoder().encode(attempt.message)), .request, nonce: head.nonce)
                var headers = HTTPFields()
                for (name, value) in head.headers(for: body, attempt.secret) {
                    headers[try #require(HTTPField.Name(name))] = value
                }
                if let (name, value) = attempt.header { headers[try #require(HTTPField.Name(name))] = value }
                responses.append(
                    try await server.execute(
                        uri: "/internal/refresh", method: .post, headers: headers, body: ByteBuffer(bytes: body)))
            }
            return responses
        }
    }

    private func status(_ attempt: Attempt, at provider: FakeProvider) async throws -> Int {
        try await #require(send([attempt], to: provider).first).status.code
    }

    @Test func provenRequest_IsAnswered_Sealed() async throws {
        let provider = leader()
        let attempt = Attempt()
        let response = try await #require(send([attempt], to: provider).first)
        #expect(response.status == .ok)
        #expect(provider.asked == [.init(app: AppID("wx1"), reason: .refused(Token("OLD")), isForwarded: true)])
        let bytes = [UInt8](buffer: response.body)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("NEW"))
        let proof = try #require(response.headers[.keeperMAC])
        #expect(World.secret.isProof(proof, of: attempt.head.proven(status: 200, body: bytes), .reply))
        let opened = try World.secret.open(bytes, .reply, nonce: attempt.head.nonce)
        #expect(String(decoding: opened, as: UTF8.self).contains("NEW"))
    }

    @Test func forgedRequest_IsAnswered401_AndNobodyIsAsked() async throws {
        let provider = leader()
        #expect(try await provider.ask(.post, "/internal/refresh", body: "{}").status == 401)
        #expect(try await provider.ask(.get, "/internal/state", as: "admin").status == 401)
        var foreign = Attempt()
        foreign.secret = ClusterSecret(Array("another secret".utf8), cluster: "test")
        #expect(try await status(foreign, at: provider) == 401)
        let changes = [
            ("X-Wxkeeper-Hop", "0"), ("X-Wxkeeper-Epoch", "6"), ("X-Wxkeeper-Remaining", "999999"),
            ("X-Wxkeeper-Time", "1"), ("X-Wxkeeper-To", "somebody"),
            ("X-Wxkeeper-Nonce", String(repeating: "0", count: 32)),
            ("X-Wxkeeper-Mac", String(repeating: "0", count: 64)),
        ]
        for change in changes {
            var changed = Attempt()
            changed.header = change
            #expect(try await status(changed, at: provider) == 401, "\(change.0) may be changed")
        }
        #expect(provider.asked.isEmpty)
    }

    @Test func unprovenAnswer_HoldsNoProof() async throws {
        let reply = try await leader().ask(.post, "/internal/refresh", body: "{}")
        #expect(reply.header("X-Wxkeeper-Mac") == nil)
        #expect(reply.header("WWW-Authenticate") == nil)
    }

    @Test func repeatedRequest_IsRefused() async throws {
        let provider = leader()
        let attempt = Attempt()
        let responses = try await send([attempt, attempt], to: provider)
        #expect(responses.map(\.status.code) == [200, 401])
        #expect(provider.asked.count == 1)
    }

    /// With room on either side of the minute for a machine on which the request itself takes half of one.
    @Test(arguments: [(-90_000, 401), (-20_000, 200), (50_000, 200), (120_000, 401)])
    func request_IsVoid_MoreThanAMinuteBeforeAndAfter(offset: Int64, expected: Int) async throws {
        var attempt = Attempt()
        attempt.head.time += offset
        #expect(try await status(attempt, at: leader()) == expected)
    }

    @Test func requestForAnotherStart_IsRefused() async throws {
        var attempt = Attempt()
        attempt.head.recipient = Incarnation("ffffffffffffffffffffffffffffffff")
        #expect(try await status(attempt, at: leader()) == 401)
    }

    @Test func requestPassedOnTwice_Is508() async throws {
        let provider = leader()
        var attempt = Attempt()
        attempt.head.hop = 2
        #expect(try await status(attempt, at: provider) == 508)
        #expect(provider.asked.isEmpty)
    }

    @Test func whoeverKnowsANewerTerm_IsAnswered421() async throws {
        let provider = leader()
        var attempt = Attempt()
        attempt.head.epoch = Epoch(8)
        #expect(try await status(attempt, at: provider) == 421)
        #expect(provider.asked.isEmpty)
    }
}
