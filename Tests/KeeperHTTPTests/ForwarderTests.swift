import CurlClient
import Foundation
import HTTPTypes
import KeeperCore
import KeeperPorts
import Logging
import Synchronization
import Testing

@testable import KeeperHTTP

/// The forwarder against a real server.
@Suite struct ForwarderTests {
    private func holder(_ port: Int) -> LeaseHolder { .example("a", address: "http://127.0.0.1:\(port)") }

    private func forwarding(to port: Int, _ reason: RefreshRequest.Reason = .refused(Token("OLD"))) -> Forwarding {
        Forwarding(
            leader: LeaderHint(holder: holder(port), epoch: Epoch(7)), app: AppID("wx1"), reason: reason,
            deadline: .seconds(10))
    }

    private func forward(
        _ answer: RefreshAnswer, secret: ClusterSecret = World.secret,
        _ reason: RefreshRequest.Reason = .refused(Token("OLD"))
    ) async throws -> (ForwardOutcome, [FakeProvider.Asked]) {
        let provider = FakeProvider()
        provider.change { $0.answer = answer }
        let outcome = try await World.withServer(provider) { port in
            await HTTPForwarder(secret: secret, client: CurlClient())
                .forward(forwarding(to: port, reason), before: .now + .seconds(10))
        }
        return (outcome, provider.asked)
    }

    @Test func token_ArrivesAsTheLeadersRecord() async throws {
        let credential = Credential.example(token: "NEW")
        let previous = [Fingerprint("0011223344556677")]
        let (outcome, asked) = try await forward(
            .token(
                credential: ServedCredential(credential: credential), previous: previous, refreshed: true,
                stillValid: false))
        #expect(asked == [.init(app: AppID("wx1"), reason: .refused(Token("OLD")), isForwarded: true)])
        guard case .token(let record, refreshed: true, stillValid: false) = outcome, let issue = record.issue else {
            Issue.record("the outcome is \(outcome)")
            return
        }
        #expect(record.app == AppID("wx1") && record.version == 41 && record.epoch == Epoch(7))
        #expect(record.previous == previous)
        #expect(issue.token == Token("NEW") && issue.fingerprint == credential.fingerprint)
        #expect(issue.life == .seconds(7200))
        #expect(issue.left <= .seconds(3600) && issue.left > .seconds(3500))
        #expect(issue.age >= .seconds(60) && issue.age < .seconds(160))
    }

    /// Whoever hands on what the leader handed out promises it no longer than the leader does.
    @Test func uncertainToken_ArrivesAsUncertain() async throws {
        let served = ServedCredential(credential: .example(token: "NEW"), promisedUntil: Instant(.seconds(200)))
        let (outcome, _) = try await forward(
            .token(credential: served, previous: [], refreshed: true, stillValid: false))
        guard case .token(let record, _, _) = outcome else {
            Issue.record("the outcome is \(outcome)")
            return
        }
        // Uncertain for 70 s when it was asked, as the leader lets it live on for 270 s.
        let age = try #require(record.uncertainty?.age)
        #expect(age >= .seconds(70) && age < .seconds(170))
    }

    @Test func operatorsWish_IsForwardedAsSuch() async throws {
        let (_, asked) = try await forward(.tooSoon(retryAfter: .seconds(1)), .operatorAsked)
        #expect(asked == [.init(app: AppID("wx1"), reason: .operatorAsked, isForwarded: true)])
    }

    @Test(arguments: [
        RefreshAnswer.tooSoon(retryAfter: .milliseconds(1500)),
        .refused(trouble: Trouble(errcode: 40164, summary: "invalid ip"), retryAfter: .seconds(60)),
        .unavailable(reason: .noLeader, retryAfter: .seconds(3)),
        .unavailable(reason: .wechatUnreachable(Trouble(summary: "timed out")), retryAfter: .seconds(5)),
        .unavailable(reason: .tooManyWaiting, retryAfter: .seconds(1)),
        .unavailable(reason: .unknownApp, retryAfter: .seconds(1)),
        .notLeader(LeaderHint(holder: .example("b"), epoch: Epoch(8))),
        .notLeader(nil),
    ])
    func everyOtherAnswer_ArrivesAsItWasGiven(answer: RefreshAnswer) async throws {
        #expect(try await forward(answer).0 == .answered(answer))
    }

    @Test func nodeOfAnotherCluster_IsNotBelieved() async throws {
        let foreign = ClusterSecret(Array("another secret".utf8), cluster: "test")
        let (outcome, asked) = try await forward(.unavailable(reason: .noLeader, retryAfter: .zero), secret: foreign)
        #expect(outcome == .failed(reason: "the answer (HTTP 401) is not from a node of this cluster"))
        #expect(asked.isEmpty)
    }

    @Test(arguments: [-3_600_000, -90_500, 90_500, 3_600_000])
    func clocksThatDiffer_CostOneMoreRequest(by milliseconds: Int64) async throws {
        let transport = CountingTransport()
        let provider = FakeProvider()
        provider.change { $0.answer = .tooSoon(retryAfter: .seconds(1)) }
        let outcome = try await World.withServer(provider) { port in
            await HTTPForwarder(secret: World.secret, transport: transport) {
                NodeClock.system() + milliseconds
            }
            .forward(forwarding(to: port), before: .now + .seconds(10))
        }
        #expect(outcome == .answered(.tooSoon(retryAfter: .seconds(1))))
        #expect(transport.sent == 2)
        #expect(provider.asked.count == 1)
    }

    @Test func clockThatNeverAgrees_IsNamed_AfterTwoRequests() async throws {
        let contrary = CountingTransport { exchange in
            let head = try #require(
                NodeRequestHead(method: exchange.method.rawValue, target: "/internal/refresh") { name in
                    exchange.headers.first { $0.name == name }?.value
                })
            let objection = NodeAuthenticator.Objection(.unauthorized, "the clocks differ", clock: head.time + 90_500)
            let body = try World.secret.seal(
                [UInt8](JSONEncoder().encode(objection)), .reply, nonce: head.nonce)
            let proof = World.secret.proof(of: head.proven(status: 401, body: body), .reply)
            return NodeReply(status: 401, proof: proof, body: body)
        }
        let outcome = await HTTPForwarder(secret: World.secret, transport: contrary)
            .forward(forwarding(to: 1), before: .now + .seconds(10))
        #expect(outcome == .failed(reason: "the node refused: the clocks differ"))
        #expect(contrary.sent == 2)
    }

    @Test func nobodyThere_IsAFailure_WithoutSecrets() async throws {
        let outcome = await HTTPForwarder(secret: World.secret, client: CurlClient())
            .forward(forwarding(to: 1), before: .now + .seconds(5))
        guard case .failed(let reason) = outcome else {
            Issue.record("the outcome is \(outcome)")
            return
        }
        #expect(!reason.isEmpty && !reason.contains("OLD"))
    }

    @Test func answerFalsified_IsNotBelieved() async throws {
        struct Falsifier: NodeTransport {
            let transport: any NodeTransport
            func send(
                _ exchange: NodeExchange, before deadline: ContinuousClock.Instant
            ) async throws(NodeTransportFailure) -> NodeReply {
                var reply = try await transport.send(exchange, before: deadline)
                reply.status = 429
                return reply
            }
        }
        let falsifier = Falsifier(transport: CurlTransport(client: CurlClient(), authorityFile: nil))
        let outcome = try await World.withServer(FakeProvider()) { port in
            await HTTPForwarder(secret: World.secret, transport: falsifier)
                .forward(forwarding(to: port), before: .now + .seconds(10))
        }
        #expect(outcome == .failed(reason: "the answer (HTTP 429) is not from a node of this cluster"))
    }

    @Test func states_ArriveWhole_OverSeveralPages_InTheOrderAsked() async throws {
        let provider = FakeProvider()
        let records = (0..<2345).map { number in
            CredentialRecord(
                app: AppID("wx-\(number)"), event: 9, version: 3, epoch: Epoch(7),
                issue: .init(
                    token: Token("TOKEN\(number)"), fingerprint: Fingerprint("f\(number)"), life: .seconds(7200),
                    left: .seconds(60), age: .seconds(5)),
                previous: [Fingerprint("e")],
                intent: OpenIntent(
                    id: IntentID(incarnation: Incarnation("i"), number: 4), epoch: Epoch(6), event: 8,
                    age: .seconds(1)),
                uncertainty: StoredUncertainty(event: 7, age: .seconds(2)),
                trouble: Trouble(errcode: -1, summary: "busy"),
                rotationsToday: 3, externalRotations: ExternalRotations(count: 2, age: .seconds(9)))
        }.sorted { $0.app < $1.app }
        let expected = try await World.withServer(provider) { port in
            let state = MemberState(
                holder: holder(port), highestEpochSeen: Epoch(7), syncAge: .milliseconds(42), records: records)
            provider.change { $0.memberState = state }
            let members = [holder(1), holder(port)].map {
                Member(holder: $0, beat: 1, epochSeen: Epoch(7), isDraining: false)
            }
            let states = await HTTPForwarder(secret: World.secret, client: CurlClient())
                .states(of: members, before: .now + .seconds(20))
            #expect(states.count == 1)
            #expect(states.first == state)
            return state
        }
        #expect(expected.records.count == 2345)
    }
}

/// Counts the exchanges, and answers them itself if it knows how.
private final class CountingTransport: NodeTransport {
    private let count = Mutex(0)
    private let answer: (@Sendable (NodeExchange) throws -> NodeReply)?

    init(_ answer: (@Sendable (NodeExchange) throws -> NodeReply)? = nil) { self.answer = answer }

    var sent: Int { count.withLock(\.self) }

    func send(
        _ exchange: NodeExchange, before deadline: ContinuousClock.Instant
    ) async throws(NodeTransportFailure) -> NodeReply {
        count.withLock { $0 += 1 }
        guard let answer else {
            return try await CurlTransport(client: CurlClient(), authorityFile: nil).send(exchange, before: deadline)
        }
        do { return try answer(exchange) } catch { throw NodeTransportFailure(reason: "\(error)") }
    }
}
