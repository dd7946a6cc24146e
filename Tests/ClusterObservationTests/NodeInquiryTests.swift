import Foundation
import Testing

@testable import ClusterObservation

/// A node that gives one answer and remembers what it was asked.
private actor OneAnswerNode: NodeConnection {
    let answer: NodeAnswer
    private(set) var questions: [NodeQuestion] = []

    init(_ status: Int, _ body: String, retryAfter: Int? = nil) {
        answer = NodeAnswer(status: status, body: Array(body.utf8), retryAfter: retryAfter)
    }

    func send(_ question: NodeQuestion) async throws(InquiryFailure) -> NodeAnswer {
        questions.append(question)
        return answer
    }
}

@Suite struct NodeInquiryTests {
    @Test func token_IsAskedForWithItsAppID() async throws {
        let node = OneAnswerNode(200, #"{"appid":"wx&1","access_token":"T0","expires_in":7000}"#)
        let answer = try await NodeInquiry(connection: node, version: "1.2.3").token("wx&1")
        #expect(answer.meaning.accessToken == "T0" && answer.meaning.expiresIn == 7000)
        #expect(await node.questions == [NodeQuestion(path: "/token?appid=wx%261")])
    }

    @Test func ticket_IsAskedForWithItsType() async throws {
        let node = OneAnswerNode(200, #"{"appid":"wx1","ticket":"K0","expires_in":500}"#)
        let answer = try await NodeInquiry(connection: node, version: "1.2.3").ticket("wx_card", of: "wx1")
        #expect(answer.meaning.ticket == "K0")
        #expect(await node.questions == [NodeQuestion(path: "/ticket?appid=wx1&type=wx%5Fcard")])
    }

    @Test func refusedToken_GoesIntoTheBody_AndOnlyThere() async throws {
        let node = OneAnswerNode(
            200,
            #"{"appid":"wx1","access_token":"T1","expires_in":7200,"refreshed":false,"still_valid":true}"#
        )
        let answer = try await NodeInquiry(connection: node, version: "1.2.3").refresh("wx1", refused: "T0")
        #expect(answer.meaning.sentence(about: "wx1") == "wx1 keeps its token: WeChat still accepts it, 7200 s left")
        let question = try #require(await node.questions.first)
        #expect(question.method == .post && question.path == "/token/refresh")
        let body = try JSONDecoder().decode([String: String].self, from: Data(question.body))
        #expect(body == ["appid": "wx1", "access_token": "T0"])
    }

    @Test func refresh_WithoutAToken_IsAnOperatorsWish() async throws {
        let node = OneAnswerNode(200, #"{"appid":"wx1","fingerprint":"f","expires_in":7200,"refreshed":true}"#)
        let answer = try await NodeInquiry(connection: node, version: "1.2.3").refresh("wx1", refused: nil)
        #expect(answer.meaning.sentence(about: "wx1") == "wx1 has a new token, 7200 s left")
        #expect(await node.questions.map(\.path) == ["/operate/refresh"])
    }

    @Test func stepDown_TellsTheNewLeader() async throws {
        let node = OneAnswerNode(200, #"{"leader":"b","epoch":8,"took_ms":312}"#)
        let answer = try await NodeInquiry(connection: node, version: "1.2.3").stepDown()
        #expect(answer.meaning.sentence == "b leads now, epoch 8, after 312 ms")
    }

    @Test func switchover_NamesWhoLeadsNow() async throws {
        let node = OneAnswerNode(
            200, Self.status.replacing("\"epoch\":7,\n", with: "\"epoch\":7,\"took_ms\":20,\"gap_ms\":9,\n"))
        let answer = try await NodeInquiry(connection: node, version: "1.2.3").switchover(to: "a")
        #expect(answer.meaning.sentence == "b leads now, epoch 7, after 20 ms, 9 ms of them without a leader")
        let question = try #require(await node.questions.last)
        #expect(question.method == .post && question.path == "/operate/switchover")
        let body = try JSONDecoder().decode([String: String].self, from: Data(question.body))
        #expect(body == ["leader": "b", "candidate": "a"])
    }

    @Test func refusal_IsToldWithTheNodesReason() async {
        let node = OneAnswerNode(
            421,
            #"{"errcode":421,"errmsg":"this node does not lead; b does","address":"http://b:2130"}"#,
            retryAfter: 3
        )
        let message =
            "the node answered 421: this node does not lead; b does (--url http://b:2130); try again in 3 s"
        await #expect(throws: InquiryFailure(reason: .failed, message: message, answered: 421)) {
            _ = try await NodeInquiry(connection: node, version: "1.2.3").stepDown()
        }
    }

    @Test func answer_ThatIsNotUnderstood_IsNotRepeated() async throws {
        let node = OneAnswerNode(200, #"{"access_token":"T0"}"#)
        let failure = await #expect(throws: InquiryFailure.self) {
            _ = try await NodeInquiry(connection: node, version: "1.2.3").token("wx1")
        }
        #expect(failure?.reason == .failed && failure?.message.contains("T0") == false)
        #expect(failure?.message.contains("is this a node of wxkeeper 1.2.3?") == true)
    }

    @Test func status_IsShownInTables() async throws {
        let node = OneAnswerNode(200, Self.status)
        let table = try await NodeInquiry(connection: node, version: "1.2.3").status().meaning.table
        #expect(
            table == """
                leader  b, epoch 7
                seen by a, follower, NOT READY (draining)
                redis   reachable, in step 120 ms ago
                done    3 refreshes, 1 failed

                NODE  ROLE                EPOCH  WECHAT  ADDRESS
                a     follower, draining  7      fit     http://a:2130
                b     leader              7      -       http://b:2130

                APP   API      STATE  LEFT    REFRESHED  LAST ERROR
                wx1   stable   well   7000 s  200 s ago
                wx22  classic  ILL    -       -          WeChat refused with 40013
                """
        )
    }

    @Test func troubleOfANode_StandsUnderTheTable() async throws {
        let trouble = #""wechat":"fit","trouble":"keeps other apps: only here wx1","#
        let answer = Self.status.replacing(#""wechat":"fit","#, with: trouble)
        let table = try await NodeInquiry(connection: OneAnswerNode(200, answer), version: "1.2.3").status().meaning
            .table
        #expect(
            table.contains(
                """
                a     follower, draining  7      fit     http://a:2130
                b     leader              7      -       http://b:2130
                a: keeps other apps: only here wx1

                APP
                """))
    }

    static let status = """
        {"node":{"name":"a","role":"follower","incarnation":"i","uptime_seconds":9},"leader":"b","epoch":7,
        "ready":false,"reasons":["draining"],"redis":"reachable","sync_age_ms":120,"stale":false,
        "nodes":[{"name":"a","address":"http://a:2130","epoch_seen":7,"draining":true,"wechat":"fit","leader":false},
        {"name":"b","address":"http://b:2130","epoch_seen":7,"draining":false,"leader":true}],
        "apps":[{"appid":"wx1","line":"stable","well":true,"seconds_left":7000,"age_seconds":200,"uncertain":false},
        {"appid":"wx22","line":"classic","well":false,"uncertain":false,
        "trouble":{"errcode":40013,"summary":"WeChat refused with 40013"}}],
        "counters":{"refreshes_done":3,"refreshes_failed":1}}
        """
}
