import Testing

@testable import CurlClient

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

    @Test(arguments: [
        ("https://h", "https://h/a/b"), ("https://h/", "https://h/a/b"), ("https://h/base/", "https://h/base/a/b"),
        ("https://[::1]:2/base?old", "https://[::1]:2/base/a/b"),
    ])
    func appendedPath_HasOneSlashBetween(base: String, expected: String) throws {
        #expect(try RequestURL(base).appending(path: "/a/b").text == expected)
    }

    @Test func appendedQuery_IsPercentEncoded() throws {
        let url = try RequestURL("https://h").appending(
            path: "/a?b",
            query: [("a b", "1&2=3#?/+%"), ("n", "-._~aZ9"), ("u", "\u{E9}\n\0"), ("e", "")]
        )
        #expect(url.text == "https://h/a%3Fb?a%20b=1%262%3D3%23%3F%2F%2B%25&n=-._~aZ9&u=%C3%A9%0A%00&e=")
        #expect(try RequestURL(url.text) == url)
        #expect("\(url)" == "https://h/a%3Fb?<redacted>")
    }
}
