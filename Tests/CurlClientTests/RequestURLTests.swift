import CurlClient
import Testing

@Suite struct RequestURLTests {
    @Test(arguments: [
        ("https://api.weixin.qq.com", "https://api.weixin.qq.com/"),
        ("HTTPS://API.weixin.qq.com/cgi-bin/token?a=b", "https://api.weixin.qq.com/cgi-bin/token?<redacted>"),
        ("http://127.0.0.1:9100?x", "http://127.0.0.1:9100/?<redacted>"),
        ("http://[::1]:80/a?b?c", "http://[::1]:80/a?<redacted>"),
        ("http://h/?", "http://h/?<redacted>"),
    ])
    func goodURL_PrintsWithoutItsQuery(text: String, printed: String) throws {
        let url = try RequestURL(text)
        #expect("\(url)" == printed)
        #expect(String(reflecting: url) == printed)
    }

    @Test(arguments: [
        ("", RequestURL.Flaw.scheme), ("api.weixin.qq.com", .scheme), ("ftp://h/", .scheme), ("http:/h/", .scheme),
        ("https:///path", .host), ("https://?a", .host), ("https://h h/", .character), ("https://h/\n", .character),
        ("https://h\\@evil/", .character), ("https://h\u{E9}/", .character), ("https://u:p@h/", .userInformation),
        ("https://h/#a", .fragment), ("https://h:0/", .port), ("https://h:65536/", .port), ("https://h:/", .port),
        ("https://h:8a/", .port), ("https://[::1/", .host), ("https://[h]/", .host), ("https://[::1]x/", .host),
        ("https://h,h/", .host),
    ])
    func badURL_IsRefused(text: String, flaw: RequestURL.Flaw) {
        #expect(throws: flaw) { try RequestURL(text) }
    }

    @Test(arguments: [
        ("http://localhost/", true), ("http://LOCALHOST:1/", true), ("http://127.0.0.1/", true),
        ("http://127.8.9.10:3/", true), ("http://[::1]/", true), ("http://127.1/", false), ("http://0.0.0.0/", false),
        ("http://127.0.0.256/", false), ("http://127.0.0.01/", false), ("http://127.0.0.1.evil.example/", false),
        ("http://localhost.evil.example/", false), ("http://[::2]/", false), ("https://api.weixin.qq.com/", false),
    ])
    func loopback_IsRecognisedByItsSpelling(text: String, isLoopback: Bool) throws {
        #expect(try RequestURL(text).isLoopback == isLoopback)
    }
}
