public import CurlClient
internal import Foundation
public import KeeperCore
public import KeeperPorts

/// Posts alarms to a URL, which may be a secret: robots know their callers by it.
public struct Webhook: AlarmSink {
    /// What the receiver understands.
    public enum Format: String, CaseIterable, Sendable {
        /// An object of our own, described in `docs/configuration.md`.
        case json
        /// A group robot of WeCom.
        case wecom
        /// A custom robot of DingTalk, secured by the keyword `wxkeeper`.
        case dingtalk
    }

    private let url: RequestURL
    private let format: Format
    private let cluster: String
    private let node: NodeName
    private let client: CurlClient

    /// Posts what `node` of `cluster` has to tell.
    public init(_ url: RequestURL, format: Format, cluster: String, node: NodeName, client: CurlClient) {
        self.url = url
        self.format = format
        self.cluster = cluster
        self.node = node
        self.client = client
    }

    /// Posts a report, once.
    public func post(_ report: AlarmReport, before deadline: ContinuousClock.Instant) async throws(AlarmFailure) {
        let body: [UInt8]
        do {
            body = try AlarmMessage(cluster: cluster, node: node, report: report).body(in: format)
        } catch {
            throw AlarmFailure(reason: "cannot be written: \(error)")
        }
        let type = HTTPRequest.Header("Content-Type", "application/json; charset=utf-8")
        // A chat's server may be far away.
        let request = HTTPRequest(url, method: .post, headers: [type], body: body, connectTimeout: .seconds(4))
        let reply: HTTPReply
        do {
            reply = try await client.exchange(request, before: deadline)
        } catch {
            // Not the whole error: some receivers are known by a host or a path that nobody else must know.
            throw AlarmFailure(reason: "no answer (\(error.reason.cause.rawValue), curl \(error.reason.code))")
        }
        guard (200..<300).contains(reply.status) else {
            throw AlarmFailure(reason: "the webhook answered with HTTP \(reply.status)")
        }
        if format != .json { try check(reply.body) }
    }

    /// A robot answers 200 even to a message that it drops.
    private func check(_ body: [UInt8]) throws(AlarmFailure) {
        struct Reply: Decodable {
            let errcode: Int
        }
        guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(body)) else {
            throw AlarmFailure(reason: "the robot's answer has no errcode")
        }
        let errcode = reply.errcode
        guard errcode == 0 else { throw AlarmFailure(reason: "the robot answered with errcode \(errcode)") }
    }
}
