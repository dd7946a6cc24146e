import KeeperCore
import Testing

@testable import WeChatAPI

/// A probe may condemn a token only for the three codes that speak of the token.
@Suite struct ProbeReplyTests {
    private func outcome(_ body: String, status: Int = 200) -> ProbeOutcome {
        ProbeReply.outcome(status: status, body: Array(body.utf8), hiding: [])
    }

    @Test(arguments: [
        #"{"ip_list":["101.226.62.77"]}"#, #"{"ip_list":[]}"#, "{}", #"{"errcode":0,"errmsg":"ok","ip_list":[]}"#,
    ])
    func acceptance_MeansAlive(body: String) {
        #expect(outcome(body) == .alive)
    }

    @Test(arguments: [
        (
            #"{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest, could get "#
                + #"access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: "#
                + #"6aac0063-7ed08fb9-1250f724"}"#, 40_001
        ),
        (
            #"{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest, rid: "#
                + #"6aac007d-476fb159-54f0678e"}"#, 40_001
        ),
        (#"{"errcode":40014,"errmsg":"invalid access_token"}"#, 40_014),
        (#"{"errcode":42001,"errmsg":"access_token expired rid: 68aeabxx-21ea79xx-3a4424xx"}"#, 42_001),
    ])
    func refusalOfTheToken_MeansDead(body: String, code: Int) {
        #expect(outcome(body) == .dead(errcode: code))
    }

    /// The minute's quota and the day's, a right that is missing, a restricted account, a code nobody knows.
    @Test(arguments: [
        40_002, 40_013, 40_125, 41_001, 42_002, 42_006, 42_007, 45_009, 45_011, 45_033, 48_001, 48_004, 48_006,
        50_002, 50_004, 50_007, 61_007, 89_503, 12_345,
    ])
    func refusalOfTheQuestion_SaysNothingOfTheToken(code: Int) {
        let outcome = outcome(#"{"errcode":\#(code),"errmsg":"access_token missing"}"#)
        guard case .refused(let refusal) = outcome else {
            Issue.record("\(code) must be a refusal of the question, not \(outcome)")
            return
        }
        #expect(refusal.trouble.errcode == code)
    }

    @Test(arguments: [-1, 40_164, 45_035, 60_020, 61_004])
    func busySystemAndAddressShutOut_AreInconclusive(code: Int) {
        let outcome = outcome(#"{"errcode":\#(code),"errmsg":"access_token missing"}"#)
        guard case .inconclusive(let trouble) = outcome else {
            Issue.record("\(code) must be inconclusive, not \(outcome)")
            return
        }
        #expect(trouble.errcode == code)
    }

    @Test(arguments: [
        "", "[]", "null", "<html>", #"{"ip_list":["#, #"{"errcode":"40001"}"#, #"{"errcode":null}"#,
        #"{"errcode":40001.5}"#,
    ])
    func answerOfNoUse_IsInconclusive(body: String) {
        #expect(outcome(body).isInconclusive)
    }

    @Test(arguments: [302, 400, 403, 500, 502]) func otherStatus_IsInconclusive(status: Int) {
        #expect(outcome(#"{"ip_list":[]}"#, status: status).isInconclusive)
        #expect(outcome(#"{"errcode":40001}"#, status: status).isInconclusive)
    }
}
