import Testing

@testable import CurlClient

/// No secret of a request, and none of an answer, is ever printed.
@Suite struct SecrecyTests {
    private func loaded(_ url: RequestURL) -> HTTPRequest {
        HTTPRequest(
            url,
            method: .post,
            headers: [.init("Authorization", "Bearer header-\(secret)")],
            body: Array("{\"secret\":\"body-\(secret)\"}".utf8)
        )
    }

    @Test func request_PrintsWithoutItsSecrets() throws {
        var request = loaded(try url(80))
        request.proxy = "http://user:\(secret)@127.0.0.1:3128"
        for text in ["\(request)", String(reflecting: request), dumped(request), "\(request.url)", dumped(request.url)]
            + request.headers.flatMap({ ["\($0)", dumped($0)] })
        {
            #expect(!text.contains(secret.prefix(6)), "\(text)")
        }
        #expect("\(request)" == "POST http://127.0.0.1:80/cgi-bin/token?<redacted>")
    }

    @Test(arguments: [
        ScriptedServer.Script.answer("HTTP/1.1 200 OK\r\nContent-Length: 29\r\nX: \(secret)\r\n\r\n\(secret)"),
        .answer("HTTP/1.1 200 OK\r\nContent-Length: \(secret)\r\n\r\n"),
        .answer("HTTP/\(secret) 200 OK\r\n\r\n"),
        .answer(secret), .close, .reset,
    ])
    func outcome_PrintsWithoutSecrets(script: ScriptedServer.Script) async throws {
        try await ScriptedServer.with(script) { server in
            let printed = await CurlClient().outcome(loaded(try url(server.port))).printed
            #expect(!printed.contains(secret.prefix(6)), "\(printed)")
        }
    }

    @Test func failureToSend_PrintsWithoutSecrets() async throws {
        let client = CurlClient()
        var withProxy = loaded(try url(80))
        withProxy.proxy = "http://user:\(secret)@127.0.0.1:\(deadPort)"
        for request in [loaded(try url(deadPort)), loaded(try url(80, host: "nowhere.invalid")), withProxy] {
            let outcome = await client.outcome(request)
            #expect(outcome.notSent != nil)
            #expect(!outcome.printed.contains(secret.prefix(6)), "\(outcome.printed)")
        }
    }

    @Test(arguments: [
        ("Could not resolve host: api.weixin.qq.com", "Could not resolve host: api.weixin.qq.com"),
        ("bad URL https://h/?secret=\(secret)", nil),
        ("cut off: \(secret.prefix(7))", nil),
        ("decoded: a b&c/d e", nil),
        ("body: {\"secr", nil),
        ("header: Bearer", nil),
        ("two\r\nlines\u{1B}[1m", "two  lines [1m"),
        ("", nil),
    ])
    func errorText_IsDropped_WhenItSharesSixBytesWithASecret(text: String, expected: String?) throws {
        let url = try RequestURL("https://h/?secret=\(secret)&name=a%20b%26c%2Fd%20e")
        #expect(Confidential(loaded(url)).cleared(text) == expected)
    }

    @Test func longErrorText_IsCut() throws {
        let cleared = Confidential(loaded(try url(80))).cleared(String(repeating: "e", count: 255))
        #expect(cleared == String(repeating: "e", count: 200))
    }
}
