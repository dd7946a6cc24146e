import KeeperCore
import Testing

@testable import WeChatAPI

/// The codes, the replies seen in the wild, and what is kept of their words.
@Suite struct RefusalTests {
    /// Codes that answer a call for a token, with the reaction each must have.
    @Test(arguments: [
        (-1, Refusal.Reaction.backOff),
        (40_001, .stop), (40_002, .stop), (40_013, .stop), (40_125, .stop),
        (40_164, .slowly), (61_004, .slowly), (45_035, .slowly), (40_243, .pause(for: .seconds(600))),
        (41_002, .stop), (41_004, .stop), (43_002, .stop), (43_003, .stop), (44_002, .stop), (47_001, .stop),
        (45_009, .pause(for: .seconds(3_600))), (45_011, .nextMinute),
        (48_001, .stop), (48_004, .stop),
        (50_002, .pause(for: .seconds(3_600))), (50_004, .pause(for: .seconds(3_600))),
        (50_007, .pause(for: .seconds(3_600))),
        (61_024, .stop),
        (89_501, .slowly), (89_502, .slowly), (89_503, .slowly), (89_504, .slowly), (89_505, .slowly),
        (89_506, .pause(for: .seconds(86_400))), (89_507, .pause(for: .seconds(3_600))),
        (61_003, .stop), (61_005, .pause(for: .seconds(600))), (61_006, .pause(for: .seconds(600))), (61_009, .stop),
        (61_010, .stop), (61_011, .stop), (61_023, .stop),
        (40_091, .stop), (2_000_002, .stop), (45_033, .nextMinute), (50_003, .stop), (301_007, .stop),
        (12_345, .slowly), (-2, .slowly), (Int.max, .slowly),
    ])
    func code_HasItsReaction(code: Int, reaction: Refusal.Reaction) {
        let body = #"{"errcode":\#(code),"errmsg":"some text rid: 6aac005a-01bfdbee-79769285"}"#
        let refusal = TokenReply.outcome(status: 200, body: Array(body.utf8), hiding: []).refusal
        #expect(refusal?.reaction == reaction)
        #expect(refusal?.trouble.errcode == code)
        #expect(refusal?.trouble.summary.contains("(rid 6aac005a-01bfdbee-79769285): ") == true)
    }

    @Test func everyEntry_HasWordsThatFit() {
        for (code, entry) in ErrorTable.entries {
            #expect(!entry.meaning.isEmpty && entry.meaning.count <= 120, "\(code)")
        }
    }

    /// Replies as people have published them.
    @Test(arguments: [
        (
            #"{"errcode":40013,"errmsg":"invalid appid rid: 6aac005a-01bfdbee-79769285"}"#,
            "WeChat refused with 40013 (rid 6aac005a-01bfdbee-79769285): the appid is wrong"
        ),
        (
            #"{"errcode":40125,"errmsg":"invalid appsecret, rid: 66b5fb8f-5e3c0071-3d7f539a"}"#,
            "WeChat refused with 40125 (rid 66b5fb8f-5e3c0071-3d7f539a): the AppSecret is wrong; has it been reset?"
        ),
        (
            #"{"errcode":40002,"errmsg":"invalid grant_type rid: 5f386c70-441d34a9-7baebd7c"}"#,
            "WeChat refused with 40002 (rid 5f386c70-441d34a9-7baebd7c): the grant_type is wrong"
        ),
        (
            #"{"errcode":41002,"errmsg":"appid missing rid: 645a6274-7b8e3e26-083122bf"}"#,
            "WeChat refused with 41002 (rid 645a6274-7b8e3e26-083122bf): the appid is missing"
        ),
        (
            #"{"errcode":41004,"errmsg":"appsecret missing rid: 65b38743-6a944608-679bfd15"}"#,
            "WeChat refused with 41004 (rid 65b38743-6a944608-679bfd15): the AppSecret is missing"
        ),
        (
            #"{"errcode":40164,"errmsg":"invalid ip 114.221.21.30 ipv6 ::ffff:114.221.21.30, not in whitelist rid: "#
                + #"658cff8e-7783352d-44cb33e5"}"#,
            "WeChat refused with 40164 (rid 658cff8e-7783352d-44cb33e5): "
                + "the calling IP address is not on the account's allow-list: 114.221.21.30"
        ),
        (
            #"{"errcode":45009,"errmsg":"reach max api daily quota limit rid: 64eed8de-4cdaca9b-1be8f193"}"#,
            "WeChat refused with 45009 (rid 64eed8de-4cdaca9b-1be8f193): the daily quota of this call is used up"
        ),
        (
            #"{"errcode":45009,"errmsg":"reach max api daily quota limit, could get access_token by "#
                + #"getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: "#
                + #"6965aef2-130b878a-1b55c042"}"#,
            "WeChat refused with 45009 (rid 6965aef2-130b878a-1b55c042): the daily quota of this call is used up"
        ),
        (
            #"{"errcode":50002,"errmsg":"user limited rid: 5f977d3d-369c9f40-0dcd174a"}"#,
            "WeChat refused with 50002 (rid 5f977d3d-369c9f40-0dcd174a): "
                + "the account is restricted, cancelled or moved"
        ),
        (
            #"{"errcode":50004,"errmsg":"user not allow to use accesstoken, maybe for punishment rid: "#
                + #"64d5f9a9-63208b5d-00ed75a8"}"#,
            "WeChat refused with 50004 (rid 64d5f9a9-63208b5d-00ed75a8): "
                + "the account may not use this call, perhaps as a penalty"
        ),
        (
            #"{"errcode":48001,"errmsg":"api unauthorized, rid: xxx"}"#,
            "WeChat refused with 48001: this account has no right to this call"
        ),
        (
            #"{"errcode":48006,"errmsg":"forbid to clear quota because of reaching the limit"}"#,
            "WeChat refused with 48006: forbid to clear quota because of reaching the limit"
        ),
        (
            #"{"errcode":61004,"errmsg":"access clientip is not registered requestIP: 124.70.62.93 rid: "#
                + #"66a9e455-7e820f40-77808699"}"#,
            "WeChat refused with 61004 (rid 66a9e455-7e820f40-77808699): "
                + "the calling IP address is not registered: 124.70.62.93"
        ),
        (
            #"{"errcode":61007,"errmsg":"api is unauthorized to component rid: …"}"#,
            "WeChat refused with 61007: api is unauthorized to component"
        ),
        (
            #"{"errcode":61023,"errmsg":"refresh_token is invalid rid: 6470b073-22f009c7-44bd3a05"}"#,
            "WeChat refused with 61023 (rid 6470b073-22f009c7-44bd3a05): the refresh token is invalid"
        ),
        (
            #"{"errcode":-1,"errmsg":"system error rid: 6aac005a-01bfdbee-79769285"}"#,
            "WeChat refused with -1 (rid 6aac005a-01bfdbee-79769285): the system is busy"
        ),
        (
            #"{"errcode":43002,"errmsg":"require POST method rid: 6aac005a-01bfdbee-79769285"}"#,
            "WeChat refused with 43002 (rid 6aac005a-01bfdbee-79769285): the call must be a POST"
        ),
        (
            #"{"errcode":45011,"errmsg":"api minute-quota reach limit, must slower, retry next minute rid: "#
                + #"6aac005a-01bfdbee-79769285"}"#,
            "WeChat refused with 45011 (rid 6aac005a-01bfdbee-79769285): the minute's quota is used up"
        ),
        (
            #"{"errcode":40013,"errmsg":"invalid appid hint: [abcDEF]"}"#,
            "WeChat refused with 40013: the appid is wrong"
        ),
        (#"{"errcode":77777}"#, "WeChat refused with 77777: it gave no reason"),
    ])
    func seenReply_IsToldInOurWords(body: String, summary: String) {
        #expect(TokenReply.outcome(status: 200, body: Array(body.utf8), hiding: []).refusal?.trouble.summary == summary)
    }

    @Test(arguments: [
        ("invalid ip 1.2.3.4, not in whitelist", "1.2.3.4"),
        ("invalid ip 240e:1:2::9 ipv6 240e:1:2::9, not in whitelist", "240e:1:2::9"),
        ("access clientip is not registered requestIP: 47.106.*.* rid: x", "47.106.*.*"),
        ("invalid ip ipv6 ::ffff:9.9.9.9, not in whitelist", "::ffff:9.9.9.9"),
        ("invalid ip 1.2.3.400 of 1.2.3", nil),
        ("rid: a:b", nil),
        ("", nil),
    ])
    func address_IsFoundInTheText(text: String, address: String?) {
        #expect(ErrorWords(text, hiding: []).address == address)
    }

    @Test(arguments: [
        ("rid: 6aac005a-01bfdbee-79769285", "6aac005a-01bfdbee-79769285"),
        ("rid: 68aeabxx-21ea79xx-3a4424xx", "68aeabxx-21ea79xx-3a4424xx"),
        ("rid: 6aac005a-01bfdbee", nil), ("rid: 6aac005a-01bfdbee-7976928/", nil), ("rid:", nil),
        ("rid: 6aac005a-01bfdbee-79769285-79769285", nil),
    ])
    func requestID_IsTakenOnlyInItsForm(text: String, id: String?) {
        #expect(ErrorWords(text, hiding: []).requestID == id)
    }

    @Test func unlistedText_IsMadeHarmless() {
        let token = "57_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGh"
        let words = ErrorWords("bad token \(token) of\u{1B}[1m app short-secret now", hiding: ["short-secret"])
        #expect(words.harmless == "bad token <redacted> <redacted> app <redacted> now")
        let long = ErrorWords(String(repeating: "word ", count: 300), hiding: [])
        #expect(long.harmless.count == 160)
    }
}
