public import CurlClient
internal import Foundation
public import KeeperCore
public import KeeperPorts

/// Asks other nodes over HTTP.
///
/// Promises: what it brings back was said by a node of this cluster, in reply to this very request. A node's address
/// comes from the store and is not trusted: whatever listens there learns nothing, since bodies are sealed, and what it
/// says is not believed without the proof.
public struct HTTPForwarder: Forwarder {
    /// The longest answer to a forwarded refresh.
    static let longestReply = 64 * 1024
    /// The longest page of a node's state.
    static let longestPage = 8 * 1024 * 1024
    /// Most pages asked of one node: apps beyond that are left to the store.
    static let mostPages = 64

    private let secret: ClusterSecret
    private let transport: any NodeTransport
    private let clock: @Sendable () -> Int64

    /// Asks by means of `client`.
    /// - Parameter authorityFile: PEM certificates to trust instead of the system's, for nodes reached by TLS.
    public init(secret: ClusterSecret, client: CurlClient, authorityFile: String? = nil) {
        self.init(secret: secret, transport: CurlTransport(client: client, authorityFile: authorityFile))
    }

    init(
        secret: ClusterSecret, transport: any NodeTransport,
        clock: @escaping @Sendable () -> Int64 = NodeClock.system
    ) {
        self.secret = secret
        self.transport = transport
        self.clock = clock
    }

    /// Asks the leader on behalf of those who wait here.
    public func forward(_ forwarding: Forwarding, before deadline: ContinuousClock.Instant) async -> ForwardOutcome {
        do throws(NodeTransportFailure) {
            let reply: RefreshReply = try await ask(
                forwarding.leader.holder, .post, "/internal/refresh", epoch: forwarding.leader.epoch,
                RefreshMessage(forwarding.app, forwarding.reason), limit: Self.longestReply, before: deadline)
            return reply.outcome
        } catch {
            return .failed(reason: error.reason)
        }
    }

    /// Asks members what they know, all at once; one that does not answer in time is left out.
    public func states(
        of members: [Member], before deadline: ContinuousClock.Instant
    ) async -> [MemberState] {
        await withTaskGroup(of: (Int, MemberState?).self) { group in
            for (index, member) in members.enumerated() {
                group.addTask { (index, await state(of: member.holder, before: deadline)) }
            }
            var states: [MemberState?] = Array(repeating: nil, count: members.count)
            for await (index, state) in group { states[index] = state }
            return states.compactMap { $0 }
        }
    }

    /// Asks a member who it is and what it keeps.
    public func introduce(
        to member: Member, apps: AppsDigest, before deadline: ContinuousClock.Instant
    ) async -> IntroductionOutcome {
        do throws(NodeTransportFailure) {
            let message: IntroductionMessage = try await ask(
                member.holder, .get, "/internal/apps?unless=\(apps)", epoch: .none, nil, limit: Self.longestPage,
                before: deadline)
            return .answered(message.introduction)
        } catch {
            return error.answeredBy.map { .answered(Introduction(holder: $0, apps: nil)) }
                ?? .failed(reason: error.reason)
        }
    }

    /// All pages of what a node knows; nil if one of them did not come.
    ///
    /// Every record's times are those of its own page, which is later than the caller assumes: so a token seems to live
    /// a little shorter, never longer.
    private func state(of holder: LeaseHolder, before deadline: ContinuousClock.Instant) async -> MemberState? {
        var state: MemberState?
        var after: String?
        for _ in 0..<Self.mostPages {
            let escaped = after?.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            let target = "/internal/state" + (escaped.map { "?after=\($0)" } ?? "")
            guard
                let page: StateMessage = try? await ask(
                    holder, .get, target, epoch: .none, nil, limit: Self.longestPage, before: deadline)
            else { return nil }
            let records = (state?.records ?? []) + page.state.records
            state = page.state
            state?.records = records
            guard let next = page.next else { break }
            after = next
        }
        return state
    }

    /// A reply that was proven to come from a node of this cluster.
    private enum VerifiedReply<Answer> {
        case answer(Answer)
        case objection(NodeAuthenticator.Objection)
    }

    /// Sends a request; once more by the other node's clock, if that is all that node objects to.
    ///
    /// The time it names is proven, and whether a request is void is for its clock alone to say.
    private func ask<Answer: Decodable>(
        _ holder: LeaseHolder, _ method: NodeExchange.Method, _ target: String, epoch: Epoch,
        _ message: RefreshMessage?, limit: Int, before deadline: ContinuousClock.Instant
    ) async throws(NodeTransportFailure) -> Answer {
        var time = clock()
        var isFirst = true
        while true {
            let head = NodeRequestHead(
                method: method.rawValue, target: target, time: time, recipient: holder.incarnation, hop: 1,
                epoch: epoch, remaining: max(0, (deadline - .now).milliseconds))
            let reply: VerifiedReply<Answer> = try await ask(
                head, method, of: holder, message, limit: limit, before: deadline)
            switch reply {
            case .answer(let answer): return answer
            case .objection(let objection):
                guard isFirst, let clock = objection.clock else {
                    throw NodeTransportFailure(
                        reason: "the node refused: \(objection.reason)", answeredBy: objection.holder?.holder)
                }
                (time, isFirst) = (clock, false)
            }
        }
    }

    /// Sends a request once, and takes no reply without its proof.
    private func ask<Answer: Decodable>(
        _ head: NodeRequestHead, _ method: NodeExchange.Method, of holder: LeaseHolder, _ message: RefreshMessage?,
        limit: Int, before deadline: ContinuousClock.Instant
    ) async throws(NodeTransportFailure) -> VerifiedReply<Answer> {
        let body = try Self.explaining("the request cannot be written") {
            let bytes = try message.map { try [UInt8](JSONEncoder().encode($0)) } ?? []
            return try secret.seal(bytes, .request, nonce: head.nonce)
        }
        let base = holder.address.hasSuffix("/") ? String(holder.address.dropLast()) : holder.address
        let reply = try await transport.send(
            NodeExchange(
                method: method, url: base + head.target, headers: head.headers(for: body, secret), body: body,
                bodyLimit: limit),
            before: deadline)
        return try verify(reply, to: head)
    }

    private func verify<Answer: Decodable>(
        _ reply: NodeReply, to head: NodeRequestHead
    ) throws(NodeTransportFailure) -> VerifiedReply<Answer> {
        guard let proof = reply.proof,
            secret.isProof(proof, of: head.proven(status: reply.status, body: reply.body), .reply)
        else {
            throw NodeTransportFailure(reason: "the answer (HTTP \(reply.status)) is not from a node of this cluster")
        }
        let body = try Self.explaining("the answer cannot be opened") {
            try secret.open(reply.body, .reply, nonce: head.nonce)
        }
        if let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) { return .answer(answer) }
        let objection = try Self.explaining("the answer (HTTP \(reply.status)) is not understood") {
            try JSONDecoder().decode(NodeAuthenticator.Objection.self, from: Data(body))
        }
        return .objection(objection)
    }

    private static func explaining<Value>(
        _ reason: String, _ work: () throws -> Value
    ) throws(NodeTransportFailure) -> Value {
        do { return try work() } catch { throw NodeTransportFailure(reason: reason) }
    }
}
