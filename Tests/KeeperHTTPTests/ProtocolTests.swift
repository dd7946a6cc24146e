import Testing

@testable import KeeperHTTP

/// The duties of RFC 9110 and 9112 that the framework leaves to the server; docs/decisions/0013 lists them.
@Suite struct ProtocolTests {
    private static let plain = "GET /livez HTTP/1.1\r\nHost: n\r\n\r\n"
    private static let key = "Authorization: Bearer shop-key\r\n"
    private static let body = #"{"access_token":"OLD"}"#
    private static let post = "POST /token/refresh HTTP/1.1\r\nHost: n\r\n\(key)"
    private static let length = "Content-Length: \(body.utf8.count)\r\n"

    /// A request, the status of its answer, and whether the connection goes on.
    private static let cases: [(String, Int, Bool)] = [
        // Host (9112, 3.2)
        ("GET /livez HTTP/1.1\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost:\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nhost: [::1]:2130\r\n\r\n", 200, true),
        // The end of the connection (9112, 9.3 and 9.6)
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n", 200, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: keep-alive , Close\r\n\r\n", 200, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: TE\r\nConnection: CLOSE\r\nTE: trailers\r\n\r\n", 200, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: keep-alive, TE\r\nTE: gzip;q=0.5\r\n\r\n", 200, true),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: not-close, closed\r\n\r\n", 200, true),
        ("GET /livez HTTP/1.0\r\n\r\n", 200, false),
        ("GET /livez HTTP/1.0\r\nHost: n\r\nConnection: keep-alive\r\n\r\n", 200, false),
        ("HEAD /livez HTTP/1.0\r\n\r\n", 200, false),
        // Where a body ends (9112, 6)
        (post + length + length + "\r\n" + body, 400, false),
        (post + length + "Content-Length: 3\r\n\r\n" + body, 400, false),
        (post + "Content-Length: 22, 22\r\n\r\n" + body, 400, false),
        (post + "Content-Length: +22\r\n\r\n" + body, 400, false),
        (post + "Content-Length: -1\r\n\r\n" + body, 400, false),
        (post + "Content-Length: 99999999999999999999\r\n\r\n" + body, 400, false),
        (post + length + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, false),
        (post + "Transfer-Encoding: chunked\r\n" + length + "\r\n0\r\n\r\n", 400, false),
        (post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, false),
        (post + "Transfer-Encoding: gzip\r\n\r\n", 501, false),
        (post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, false),
        ("POST /token/refresh HTTP/1.0\r\n\(key)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, false),
        (post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, false),
        (post + "Transfer-Encoding: Chunked\r\n\r\n16;a=b\r\n" + body + "\r\n0\r\nX-Sum: 1\r\n\r\n", 503, true),
        (post + "Content-Encoding: gzip\r\n" + length + "\r\n" + body, 415, false),
        (post + "Content-Encoding: identity\r\n" + length + "\r\n" + body, 503, true),
        ("GET /livez HTTP/1.1\r\nHost: n\r\n" + length + "\r\n" + body, 200, true),
        ("DELETE /livez HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 405, true),
        // Blanks behind a value (9110, 5.5)
        ("GET /livez HTTP/1.1\r\nHost: n \r\nConnection: keep-alive \r\n\r\n", 200, true),
        (post + "Content-Length: \(body.utf8.count)  \r\n\r\n" + body, 503, true),
        (post + "Transfer-Encoding: chunked \r\n\r\n16\r\n" + body + "\r\n0\r\n\r\n", 503, true),
        (post + "Content-Encoding: identity \r\n" + length + "\r\n" + body, 503, true),
        (post + "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n", 501, false),
        // Lengths that no integer holds
        (post + "Content-Length: 9223372036854775808\r\n\r\n", 413, false),
        (post + "Content-Length: 18446744073709551615\r\n\r\n", 413, false),
        (post + "Content-Length: 9223372036854775808\r\nExpect: 100-continue\r\n\r\n", 413, false),
        // Lines within a body (9112, 7.1)
        (post + "Transfer-Encoding: chunked\r\n\r\n16;a\n" + body + "\r\n0\r\n\r\n", 400, false),
        (post + "Transfer-Encoding: chunked\r\n\r\n16 \r\n" + body + "\r\n0\r\n\r\n", 400, false),
        (post + "Transfer-Encoding: chunked\r\n\r\n16\r\n" + body + "XX0\r\n\r\n", 400, false),
        (post + "Transfer-Encoding: chunked\r\n\r\n16\r\n" + body + "\r\n0\r\nContent-Length: 3\r\n\r\n", 400, false),
        // The target (9112, 3.2)
        ("GET http://else.example/livez HTTP/1.1\r\nHost: n\r\n\r\n", 200, true),
        ("GET HTTP://n:2130/token?appid=wx1 HTTP/1.1\r\nHost: n\r\n\(key)\r\n", 200, true),
        ("GET http://n HTTP/1.1\r\nHost: n\r\n\(key)\r\n", 403, true),
        ("GET http://n?x HTTP/1.1\r\nHost: n\r\n\(key)\r\n", 403, true),
        ("GET http:///livez HTTP/1.1\r\nHost: n\r\n\r\n", 400, false),
        ("GET ftp://n/livez HTTP/1.1\r\nHost: n\r\n\r\n", 400, false),
        ("GET * HTTP/1.1\r\nHost: n\r\n\r\n", 400, false),
        ("GET livez HTTP/1.1\r\nHost: n\r\n\r\n", 400, false),
        ("OPTIONS * HTTP/1.1\r\nHost: n\r\n\r\n", 200, true),
        ("OPTIONS /livez HTTP/1.1\r\nHost: n\r\n\r\n", 200, true),
        ("GET /to\\ken HTTP/1.1\r\nHost: n\r\n\r\n", 401, true),
        ("GET /tok\u{E9}n HTTP/1.1\r\nHost: n\r\n\r\n", 400, false),
        // Expectations (9110, 10.1.1)
        ("GET /livez HTTP/1.1\r\nHost: n\r\nExpect: 200-maybe\r\n\r\n", 417, false),
        (post + length + "Expect: 100-continue, other\r\n\r\n" + body, 417, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nExpect: 100-continue\r\n\r\n", 200, true),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nExpect:\r\n\r\n", 200, true),
        // Methods and versions (9110, 9.1; 15.6.6)
        ("TRACE /livez HTTP/1.1\r\nHost: n\r\n\r\n", 405, true),
        ("BREW /livez HTTP/1.1\r\nHost: n\r\n\r\n", 501, false),
        ("get /livez HTTP/1.1\r\nHost: n\r\n\r\n", 501, false),
        ("GET /livez HTTP/2.0\r\nHost: n\r\n\r\n", 505, false),
        ("GET /livez HTTP/3.1\r\nHost: n\r\n\r\n", 505, false),
        ("GET /livez HTTQ/1.1\r\nHost: n\r\n\r\n", 400, false),
        // Lines and fields (9112, 2.2 and 5)
        ("\r\n\r\nGET /livez HTTP/1.1\r\nHost: n\r\n\r\n", 200, true),
        ("GET /livez HTTP/1.1\nHost: n\n\n", 505, false),
        ("GET /livez HTTP/1.1\r\nHost: n\nX: a\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nX: a\r\n b\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost : n\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\n Host: n\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nX: a\0b\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nX: a\rb: c\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\n: b\r\n\r\n", 400, false),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n", 431, false),
        (
            "GET /livez HTTP/1.1\r\nHost: n\r\n"
                + (0..<5).map { "X\($0): \(String(repeating: "x", count: 7000))\r\n" }.joined() + "\r\n", 431, false
        ),
        ("GET /livez HTTP/1.1\r\nHost: n\r\n" + String(repeating: "X: 1\r\n", count: 101) + "\r\n", 431, false),
        ("GET /livez?\(String(repeating: "x", count: 5000)) HTTP/1.1\r\nHost: n\r\n\r\n", 414, true),
        ("GET /livez?\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: n\r\n\r\n", 431, false),
    ]

    @Test(arguments: cases) func request_IsAnsweredAsTheRulesSay(
        request: String, status: Int, goesOn: Bool
    ) async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say(request)
                let answer = try await wire.answer(hasBody: !request.hasPrefix("HEAD"))
                #expect(answer?.status == status)
                #expect(answer?["X-Wxkeeper-Node"] == "a" && answer?["Date"]?.hasSuffix(" GMT") == true)
                #expect(answer?["Connection"] == (goesOn ? nil : "close"))
                if goesOn {
                    try await wire.say(Self.plain)
                    #expect(try await wire.answer()?.status == 200)
                } else {
                    #expect(try await wire.hasEnded())
                }
            }
        }
    }

    @Test func refusal_SaysWhy_AndComesAfterTheAnswersBefore() async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say(Self.plain + Self.plain + "HEAD /livez HTTP/1.1\r\n\r\n" + Self.plain)
                #expect(try await wire.answer()?.status == 200)
                #expect(try await wire.answer()?.status == 200)
                let refusal = try await wire.answer(hasBody: false)
                #expect(refusal?.status == 400 && refusal?["Content-Length"] == "53")
                #expect(try await wire.hasEnded())
            }
            try await Wire.open(to: port) { wire in
                try await wire.say("GET /livez HTTP/1.1\r\n\r\n")
                #expect(try await wire.answer()?.body == #"{"errcode":400,"errmsg":"the header Host is missing"}"#)
            }
        }
    }

    @Test func pipelinedRequests_AreAnsweredInTheirOrder() async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                let requests = [
                    Self.plain, Self.post + Self.length + "\r\n" + Self.body,
                    "HEAD /readyz HTTP/1.1\r\nHost: n\r\n\r\n",
                    "GET /nothing HTTP/1.1\r\nHost: n\r\n\r\n",
                ]
                try await wire.say(requests.joined())
                #expect(try await wire.answer()?.status == 200)
                #expect(try await wire.answer()?.status == 503)
                let head = try await wire.answer(hasBody: false)
                #expect(head?.status == 200 && head?["Content-Length"] != "0")
                #expect(try await wire.answer()?.status == 401)
            }
        }
    }

    @Test func awaitedContinue_IsSaid_OnceSomebodyWantsTheBody() async throws {
        try await World.withServer(.withToken()) { port in
            for path in ["/token/refresh", "/cgi-bin/stable_token", "/cgi-bin/token"] {
                try await Wire.open(to: port) { wire in
                    let head = "POST \(path) HTTP/1.1\r\nHost: n\r\n\(Self.key)Expect: 100-Continue\r\n"
                    for framing in [Self.length, "Transfer-Encoding: chunked\r\n"] {
                        try await wire.say(head + framing + "\r\n")
                        #expect(try await wire.answer()?.status == 100)
                        try await wire.say(framing == Self.length ? Self.body : "16\r\n\(Self.body)\r\n0\r\n\r\n")
                        let answer = try await wire.answer()
                        #expect(answer?.status == (path == "/token/refresh" ? 503 : 200))
                        #expect(answer?["Connection"] == nil)
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ("POST /token/refresh HTTP/1.1\r\nHost: n\r\nContent-Length: 9\r\n", 401),
        ("POST /token/refresh HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer reader-key\r\nContent-Length: 9\r\n", 403),
        ("POST /nothing HTTP/1.1\r\nHost: n\r\n\(key)Content-Length: 9\r\n", 404),
        ("POST /token HTTP/1.1\r\nHost: n\r\n\(key)Transfer-Encoding: chunked\r\n", 405),
        ("\(post)Content-Length: 16385\r\n", 413),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nContent-Length: 9\r\n", 200),
        ("POST /internal/refresh HTTP/1.1\r\nHost: n\r\nContent-Length: 999999\r\n", 401),
    ])
    func finalAnswer_ComesInsteadOfTheContinue_AtOnce(head: String, status: Int) async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say(head + "Expect: 100-continue\r\n\r\n")
                let answer = try await wire.answer()
                // The body may never come, so the connection cannot go on.
                #expect(answer?.status == status && answer?["Connection"] == "close")
                #expect(try await wire.hasEnded())
            }
        }
    }

    @Test func bodyThatComesWithoutWaiting_IsReadWithoutAContinue() async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say(Self.post + Self.length + "Expect: 100-continue\r\n\r\n" + Self.body)
                #expect(try await wire.answer()?.status == 503)
            }
            try await Wire.open(to: port) { wire in
                // HTTP/1.0 knows no 100.
                try await wire.say(
                    "POST /token/refresh HTTP/1.0\r\n\(Self.key)\(Self.length)Expect: 100-continue\r\n\r\n")
                try await wire.say(Self.body)
                #expect(try await wire.answer()?.status == 503)
                #expect(try await wire.hasEnded())
            }
        }
    }

    /// A caller that goes on sending gets the answer all the same: the connection is not reset under it.
    @Test func refusedBody_MayStillBeOnItsWay() async throws {
        try await World.withServer(.withToken()) { port in
            for framing in ["Content-Length: 4000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3D0900\r\n"] {
                try await Wire.open(to: port) { wire in
                    try await wire.say(Self.post + framing)
                    for _ in 0..<40 { try await wire.say(String(repeating: "x", count: 100_000)) }
                    let answer = try await wire.answer()
                    #expect(answer?.status == 413 && answer?["Connection"] == "close")
                    #expect(try await wire.hasEnded())
                }
            }
        }
    }

    @Test func callerThatEndsItsSide_IsStillAnswered() async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say("GET /livez HTTP/1.0\r\n\r\n")
                wire.endSending()
                #expect(try await wire.answer()?.status == 200)
                #expect(try await wire.hasEnded())
            }
        }
    }
}
