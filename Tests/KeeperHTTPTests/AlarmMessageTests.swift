import Foundation
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// What is said of alarms, and in which form.
@Suite struct AlarmMessageTests {
    private let stopped = Alarm(
        AppID("wx1"),
        .stopped(Trouble(errcode: 40125, summary: "WeChat refused with 40125: the AppSecret is \"wrong\"")))

    private func message(_ report: AlarmReport) -> AlarmMessage {
        AlarmMessage(cluster: "prod", node: NodeName("a"), report: report)
    }

    private func object(_ report: AlarmReport, _ format: Webhook.Format) throws -> [String: any Sendable] {
        let object = try JSONSerialization.jsonObject(with: Data(message(report).body(in: format)))
        return try #require(object as? [String: any Sendable])
    }

    @Test func text_NamesEachAlarm_AndWhatItMeans() {
        let report = AlarmReport(
            raised: [Alarm(nil, .storeUnreachable), stopped],
            lasting: [Alarm(AppID("wx2"), .noToken)],
            cleared: [Alarm(AppID("wx3"), .failing(Trouble(summary: "timed out")))], more: 7)
        #expect(
            message(report).text == """
                wxkeeper: cluster prod, node a
                raised: Redis does not answer this node; it serves tokens from memory
                raised: wx1: WeChat refused with 40125: the AppSecret is "wrong"; it is asked once an hour until the \
                configuration changes
                lasting: wx2: no valid token
                cleared: wx3: failing calls
                … and 7 more; see the status page
                """)
    }

    @Test func everyReason_HasASentence() {
        let trouble = Trouble(errcode: 40164, summary: "ip 192.0.2.1 is not in the whitelist")
        let reasons: [Alarm.Reason] = [
            .noToken, .stopped(trouble), .failing(trouble),
            .externalRotation(ExternalRotations(count: 3, age: .seconds(20))),
            .noLeader, .storeUnreachable, .storeRefuses(StoreRefusal(code: "OOM", reason: "full", deed: "free it")),
            .notReady([.noValidToken, .outOfStep]),
            .appsDiffer(
                leader: NodeName("b"),
                difference: AppsDifference(here: [KeptApp(id: AppID("wx7"), line: "stable")], there: [])),
            .wrongAddress(of: .example("c"), answeredBy: .example("a")),
        ]
        #expect(Set(reasons.map { Alarm(nil, $0).kind }) == Set(Alarm.Kind.allCases))
        let sentences = Set(reasons.map { Alarm(nil, $0).sentence })
        #expect(sentences.count == reasons.count && Set(reasons.map { Alarm(nil, $0).name }).count == reasons.count)
        #expect(sentences.contains { $0.contains("3 times, the last 20 s ago") })
        #expect(sentences.contains { $0.contains("the leader, b, keep other apps: only here wx7") })
        #expect(sentences.contains { $0.contains("no app has a valid token; it is out of step") })
    }

    @Test func json_IsForMachines() throws {
        let report = AlarmReport(raised: [stopped], cleared: [Alarm(nil, .noLeader)], more: 3)
        let object = try object(report, .json)
        #expect(object["cluster"] as? String == "prod" && object["node"] as? String == "a")
        #expect(object["more"] as? Int == 3)
        #expect(object["text"] as? String == message(report).text)
        let alarms = try #require(object["alarms"] as? [[String: any Sendable]])
        #expect(alarms.count == 2)
        #expect(alarms.first?["state"] as? String == "raised" && alarms.first?["kind"] as? String == "stopped")
        #expect(alarms.first?["appid"] as? String == "wx1" && alarms.first?["errcode"] as? Int == 40125)
        #expect(alarms.last?["state"] as? String == "cleared" && alarms.last?["kind"] as? String == "no-leader")
        #expect(alarms.last?["appid"] == nil && alarms.last?["errcode"] == nil)
    }

    @Test(arguments: [Webhook.Format.wecom, .dingtalk])
    func robots_TakeAText(_ format: Webhook.Format) throws {
        let object = try object(AlarmReport(raised: [stopped]), format)
        #expect(Set(object.keys) == ["msgtype", "text"] && object["msgtype"] as? String == "text")
        let text = object["text"] as? [String: String]
        #expect(text == ["content": message(AlarmReport(raised: [stopped])).text])
    }

    @Test(arguments: [1, 2, 9, 10])
    func longAlarms_FitIntoOneMessage(_ count: Int) throws {
        // Every length, so that some message ends just where it must.
        for length in 1...Trouble.longestSummary {
            let summary = String(repeating: length.isMultiple(of: 2) ? "限" : "x", count: length)
            let alarms = (0..<count).map { Alarm(AppID("wx\($0)"), .failing(Trouble(summary: summary))) }
            for more in [0, 1, 9_990] {
                let text = message(AlarmReport(raised: alarms, more: more)).text
                #expect(text.utf8.count <= AlarmMessage.longestText)
                let lines = text.split(separator: "\n").filter { $0.hasPrefix("raised: ") }
                #expect(lines.count == count, "what is told is named")
                #expect(zip(lines, alarms).allSatisfy { $0.contains($1.app?.rawValue ?? "?") })
                #expect(more == 0 || text.hasSuffix("\n… and \(more) more; see the status page"))
            }
        }
    }

    @Test func tickets_AreCalledTickets() {
        let ticket = AppID("wx1").ticket(.jsapi)
        #expect(Alarm(ticket, .noToken).sentence == "wx1#jsapi: no valid ticket")
        let failing = Alarm(ticket, .failing(Trouble(summary: "timed out")))
        #expect(failing.sentence == "wx1#jsapi: no new ticket: timed out")
    }
}
