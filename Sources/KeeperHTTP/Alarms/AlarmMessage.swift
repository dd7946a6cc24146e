internal import Foundation
internal import KeeperCore
internal import KeeperPorts

/// One message about alarms, in the words of whoever takes it.
struct AlarmMessage {
    let cluster: String
    let node: NodeName
    let report: AlarmReport

    /// Alarms named in one message; how many more there are is said.
    static let mostNamed = 20
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

    /// For people. The first word is always the same: a robot of DingTalk can be told to listen for it.
    var text: String {
        var text = "wxkeeper: cluster \(cluster), node \(node)"
        let alarms = alarms
        for (index, (state, alarm)) in alarms.enumerated() {
            let line = "\n\(state.rawValue): \(alarm.sentence)"
            let rest = "\n… and \(alarms.count - index) more; see the status page"
            // The last line may need the room that is kept for saying that there are more.
            let isLast = index == alarms.count - 1
            guard index < Self.mostNamed, text.utf8.count + (line + (isLast ? "" : rest)).utf8.count <= Self.longestText
            else { return text + rest }
            text += line
        }
        return text
    }

    /// The body for a receiver of this format.
    func body(in format: Webhook.Format) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        switch format {
        case .json:
            let named = alarms.prefix(Self.mostNamed).map(Document.Entry.init)
            return try [UInt8](
                encoder.encode(
                    Document(
                        cluster: cluster, node: node.rawValue, text: text, alarms: named,
                        more: alarms.count - named.count)))
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
    /// How many are not named.
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
            summary = alarm.sentence
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
    /// WeChat's code, where it gave one.
    fileprivate var errcode: Int? {
        switch reason {
        case .stopped(let trouble), .failing(let trouble): trouble.errcode
        case .noToken, .overwritten, .noLeader, .storeUnreachable, .notReady: nil
        }
    }

    /// What is wrong, and what it means.
    var sentence: String {
        let words =
            switch reason {
            case .noToken: "no valid token"
            case .stopped(let trouble):
                "WeChat refuses what is configured (\(trouble.sentence)); it is asked once an hour until that changes"
            case .failing(let trouble): "cannot fetch (\(trouble.sentence)); a token that is valid is served to its end"
            case .overwritten(let overwrites):
                overwrites.sentence + "; find it and let it ask here, or both end each other's tokens"
            case .noLeader: "nobody leads; tokens are served from memory and none is fetched"
            case .storeUnreachable: "Redis does not answer; tokens are served from memory"
            case .notReady(let reasons): "this node is not ready: \(reasons.map(\.sentence).joined(separator: "; "))"
            }
        return (app.map { "\($0): " } ?? "") + words
    }
}
