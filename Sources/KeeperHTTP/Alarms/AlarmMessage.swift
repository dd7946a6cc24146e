internal import Foundation
internal import KeeperCore
internal import KeeperPorts

/// One message about alarms, in the format of its receiver.
struct AlarmMessage {
    let cluster: String
    let node: NodeName
    let report: AlarmReport

    /// The longest text, in bytes. WeCom's robots take no longer one, DingTalk's ten times as much:
    /// https://developer.work.weixin.qq.com/document/path/91770
    static let longestText = 2048

    /// What has become of an alarm.
    enum State: String, Encodable {
        case raised, lasting, cleared
    }

    /// All that is told, what is new first.
    private var alarms: [(state: State, alarm: Alarm)] {
        report.raised.map { (.raised, $0) } + report.lasting.map { (.lasting, $0) }
            + report.cleared.map { (.cleared, $0) }
    }

    /// For people.
    ///
    /// The first word is always the same: a robot of DingTalk can be told to listen for it.
    ///
    /// Every alarm has its line, cut where there is not room enough for all: what is told is named.
    var text: String {
        let head = "wxkeeper: cluster \(cluster), node \(node)"
        let rest = report.more == 0 ? "" : "\n… and \(report.more) more; see the status page"
        let room = (Self.longestText - head.utf8.count - rest.utf8.count) / max(1, alarms.count)
        let lines = alarms.map { state, alarm in
            Self.cut("\n\(state.rawValue): \(state == .cleared ? alarm.name : alarm.sentence)", to: room)
        }
        return head + lines.joined() + rest
    }

    /// The beginning of a line, in whole characters.
    private static func cut(_ line: String, to bytes: Int) -> String {
        guard line.utf8.count > bytes else { return line }
        var short = line
        while short.utf8.count > bytes - "…".utf8.count { short.removeLast() }
        return short + "…"
    }

    /// The body for a receiver of this format.
    func body(in format: Webhook.Format) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        switch format {
        case .json:
            let document = Document(
                cluster: cluster, node: node.rawValue, text: text, alarms: alarms.map(Document.Entry.init),
                more: report.more)
            return try [UInt8](encoder.encode(document))
        case .wecom, .dingtalk:
            return try [UInt8](encoder.encode(RobotDocument(msgtype: "text", text: .init(content: text))))
        }
    }
}

/// For machines, and with `text` as the incoming webhooks of several chats want it.
private struct Document: Encodable {
    let cluster: String
    let node: String
    let text: String
    let alarms: [Entry]
    /// How many are told later.
    let more: Int

    struct Entry: Encodable {
        let state: AlarmMessage.State
        let kind: String
        let appid: String?
        let errcode: Int?
        let summary: String

        init(_ state: AlarmMessage.State, _ alarm: Alarm) {
            self.state = state
            kind = alarm.kind.rawValue
            appid = alarm.app?.rawValue
            errcode = alarm.errcode
            summary = state == .cleared ? alarm.name : alarm.sentence
        }
    }
}

/// A text message for a robot of WeCom (https://developer.work.weixin.qq.com/document/path/91770) or of DingTalk
/// (https://open.dingtalk.com/document/robots/custom-robot-access): both take the same.
private struct RobotDocument: Encodable {
    let msgtype: String
    let text: Text

    struct Text: Encodable {
        let content: String
    }
}

extension Alarm {
    /// What is wrong, and what it means.
    var sentence: String {
        let token = (app?.isTicket ?? false) ? "ticket" : "token"
        let words =
            switch reason {
            case .noToken: "no valid \(token)"
            case .stopped(let trouble): "\(trouble.summary); it is asked once an hour until the configuration changes"
            case .failing(let trouble): "no new \(token): \(trouble.summary)"
            case .externalRotation(let externalRotations):
                externalRotations.sentence + "; find it and let it ask here, or both end each other's tokens"
            case .noLeader: "nobody leads; tokens are served from memory and none is fetched"
            case .storeUnreachable: "Redis does not answer this node; it serves tokens from memory"
            case .storeRefuses(let refusal): "\(refusal)"
            case .notReady(let reasons): "this node is not ready: \(reasons.map(\.sentence).joined(separator: "; "))"
            case .appsDiffer(let leader, let difference):
                "this node and the leader, \(leader), keep other apps: \(difference.sentence); "
                    + "give all nodes the same list, or nobody fetches what the leader does not keep"
            case .wrongAddress(let member, let other):
                "where node \(member.node) says that it is reached \(other.node) answers; give every node a "
                    + "node.advertise of its own that the others reach"
            }
        return prefix + words
    }

    /// What is wrong, in two words: for what is over.
    var name: String {
        let words =
            switch kind {
            case .noToken: "no valid token"
            case .stopped: "refused configuration"
            case .failing: "failing calls"
            case .externalRotation: "external rotations"
            case .noLeader: "no leader"
            case .storeUnreachable: "Redis unreachable"
            case .storeRefuses: "Redis refusing"
            case .notReady: "node not ready"
            case .appsDiffer: "nodes that keep other apps"
            case .wrongAddress: "wrong address of a node"
            }
        return prefix + words
    }

    private var prefix: String { app.map { "\($0): " } ?? "" }
}
