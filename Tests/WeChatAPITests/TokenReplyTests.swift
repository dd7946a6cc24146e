import KeeperCore
import Testing

@testable import WeChatAPI

/// Every kind of reply to a call that should bring a token.
@Suite struct TokenReplyTests {
    private func outcome(_ body: String, status: Int = 200, hiding secrets: [String] = []) -> CallOutcome {
        TokenReply.outcome(status: status, body: Array(body.utf8), hiding: secrets)
    }

    @Test(arguments: [
        (#"{"access_token":"ACCESS_TOKEN","expires_in":7200}"#, 7_200),
        (#"{"access_token":"ACCESS_TOKEN","expires_in":345}"#, 345),
        (#"{"access_token":"ACCESS_TOKEN","expires_in":1}"#, 1),
        (#"{"access_token":"ACCESS_TOKEN","expires_in":2592000}"#, 2_592_000),
        (#"{"errcode":0,"errmsg":"ok","access_token":"ACCESS_TOKEN","expires_in":7200}"#, 7_200),
        (#" {"expires_in" : 7200, "new": [{"a":null}], "access_token" : "ACCESS_TOKEN"} "#, 7_200),
        (#"{"access_token":"ACCESS\u005fTOKEN","expires_in":7200}"#, 7_200),
    ])
    func goodReply_IsIssued(body: String, seconds: Int) {
        #expect(outcome(body) == .issued(token: Token("ACCESS_TOKEN"), life: .seconds(seconds)))
    }

    @Test(arguments: [1, 512, 2_048, 8_192]) func longToken_IsIssued(length: Int) {
        let token = String(repeating: "t", count: length)
        #expect(
            outcome(#"{"access_token":"\#(token)","expires_in":7200}"#)
                == .issued(token: Token(token), life: .seconds(7_200))
        )
    }

    @Test(arguments: [
        #"{"access_token":"TOKEN-1","expires_in":0}"#,
        #"{"access_token":"TOKEN-1","expires_in":-1}"#,
        #"{"access_token":"TOKEN-1","expires_in":"7200"}"#,
        #"{"access_token":"TOKEN-1","expires_in":7200.5}"#,
        #"{"access_token":"TOKEN-1","expires_in":1e400}"#,
        #"{"access_token":"TOKEN-1","expires_in":99999999999999999999}"#,
        #"{"access_token":"TOKEN-1","expires_in":2592001}"#,
        #"{"access_token":"TOKEN-1","expires_in":true}"#,
        #"{"access_token":"TOKEN-1","expires_in":null}"#,
        #"{"access_token":"TOKEN-1"}"#,
        #"{"access_token":"","expires_in":7200}"#,
        #"{"access_token":null,"expires_in":7200}"#,
        #"{"access_token":7,"expires_in":7200}"#,
        #"{"access_token":["TOKEN-1"],"expires_in":7200}"#,
        #"{"access_token":"TOKEN-1\n","expires_in":7200}"#,
        #"{"access_token":"TOKEN 1","expires_in":7200}"#,
        #"{"access_token":"TOKEN-1\u0000","expires_in":7200}"#,
        #"{"access_token":"TOKEN-1é","expires_in":7200}"#,
        #"{"access_token":"\#(String(repeating: "T", count: 8_193))","expires_in":7200}"#,
        #"{"expires_in":7200}"#,
        #"{"errcode":40013,"errmsg":"invalid appid","access_token":"TOKEN-1","expires_in":7200}"#,
        #"{"errcode":40013,"access_token":7}"#,
        #"{"errcode":"40013","errmsg":"invalid appid"}"#,
        #"{"errcode":40013.5}"#,
        #"{"errcode":null,"errmsg":"invalid appid"}"#,
        #"{"errcode":0,"errmsg":"ok"}"#,
        #"{"access_token":"TOKEN-1","expires_in":72"#,
        #"{"access_token":"TOKEN-1","expires_in":7200}}"#,
        #"[{"access_token":"TOKEN-1","expires_in":7200}]"#,
        "{}", "", " ", "null", "\"TOKEN-1\"", "<html>TOKEN-1</html>",
        String(repeating: "[", count: 60_000),
    ])
    func badReply_LeavesTheOutcomeUnknown_AndIsNotQuoted(body: String) {
        let outcome = outcome(body)
        #expect(outcome.isUnknown, "\(outcome)")
        #expect(!String(reflecting: outcome).contains("TOKEN"))
    }

    @Test func brokenText_LeavesTheOutcomeUnknown() {
        let body = Array(#"{"access_token":""#.utf8) + [0xFF, 0xC0] + Array(#"","expires_in":7200}"#.utf8)
        #expect(TokenReply.outcome(status: 200, body: body, hiding: []).isUnknown)
    }

    @Test(arguments: [100, 201, 204, 301, 400, 403, 404, 429, 500, 503])
    func otherStatus_LeavesTheOutcomeUnknown(status: Int) {
        #expect(outcome(#"{"access_token":"TOKEN-1","expires_in":7200}"#, status: status).isUnknown)
        #expect(outcome(#"{"errcode":40013,"errmsg":"invalid appid"}"#, status: status).isUnknown)
    }

    @Test(arguments: [#""access_token":"""#, #""access_token":null"#, #""expires_in":7200"#])
    func refusalWithoutToken_IsARefusal(field: String) {
        #expect(outcome(#"{"errcode":40013,"errmsg":7,\#(field)}"#).refusal?.reaction == .stop)
    }
}

extension CallOutcome {
    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}
