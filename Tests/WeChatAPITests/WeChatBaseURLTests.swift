import CurlClient
import Testing
import WeChatAPI

@Suite struct WeChatBaseURLTests {
    @Test(arguments: [
        "https://api.weixin.qq.com", "https://sh.api.weixin.qq.com/", "https://10.0.0.1:8443/wechat",
        "http://localhost:9100", "http://127.0.0.1:9100/", "http://[::1]:9100",
    ])
    func safeAddress_IsAccepted(text: String) throws {
        #expect("\(try WeChatBaseURL(text))".hasPrefix(text))
    }

    @Test(arguments: [
        ("http://api.weixin.qq.com", WeChatBaseURL.Flaw.plainText), ("http://10.0.0.1", .plainText),
        ("http://127.0.0.1.example", .plainText), ("https://h/?a=b", .query), ("https://h?", .query),
        ("api.weixin.qq.com", .url(.scheme)), ("https://u:p@h", .url(.userInformation)),
        ("https://h#x", .url(.fragment)), ("", .url(.scheme)),
    ])
    func otherAddress_IsRefused(text: String, flaw: WeChatBaseURL.Flaw) {
        #expect(throws: flaw) { try WeChatBaseURL(text) }
        #expect(!"\(flaw)".isEmpty)
    }
}
