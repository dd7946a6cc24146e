import Testing

@testable import KeeperHTTP

/// Whatever a caller offers to speak instead, the rest of the connection is HTTP/1.1 as before.
@Suite struct OfferTests {
    private static let plain = "GET /readyz HTTP/1.1\r\nHost: n\r\n\r\n"

    private static let h2c = """
        Connection: Upgrade, HTTP2-Settings\r
        Upgrade: h2c\r
        HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r

        """
    private static let key = "Authorization: Bearer shop-key\r\n"
    private static let report = #"{"access_token":"OLD"}"#

    /// What is offered, on which path, with which body; and the status of the answer.
    private static let offers: [(String, Int)] = [
        ("GET /readyz HTTP/1.1\r\nHost: n\r\n\(h2c)\r\n", 200),
        ("GET /token HTTP/1.1\r\nHost: n\r\n\(key)\(h2c)\r\n", 200),
        ("GET /token HTTP/1.1\r\nHost: n\r\n\(h2c)\r\n", 401),
        ("GET /nothing HTTP/1.1\r\nHost: n\r\n\(key)\(h2c)\r\n", 404),
        ("OPTIONS * HTTP/1.1\r\nHost: n\r\n\(h2c)\r\n", 200),
        ("PUT /token HTTP/1.1\r\nHost: n\r\n\(key)\(h2c)\r\n", 405),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nconnection: UPGRADE\r\nupgrade: TLS/1.0, HTTP/1.1\r\n\r\n", 200),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: keep-alive,\tUpgrade \r\nUpgrade: websocket\r\n\r\n", 200),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nUpgrade: foo\r\nConnection: a\r\nConnection: upgrade\r\n\r\n", 200),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nUpgrade: h2c\r\n\r\n", 200),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: Upgrade\r\n\r\n", 200),
        ("GET /livez HTTP/1.1\r\nHost: n\r\nConnection: upgrade-x\r\nUpgrade-Insecure-Requests: 1\r\n\r\n", 200),
        (
            "POST /token/refresh HTTP/1.1\r\nHost: n\r\n\(key)\(h2c)Content-Length: \(report.utf8.count)\r\n\r\n"
                + report, 503
        ),
        (
            "POST /token/refresh HTTP/1.1\r\nHost: n\r\n\(key)\(h2c)Transfer-Encoding: chunked\r\n\r\n"
                + "\(String(report.utf8.count, radix: 16))\r\n\(report)\r\n0\r\n\r\n", 503
        ),
        (
            "POST /token/refresh HTTP/1.1\r\nHost: n\r\n\(key)\(h2c)Transfer-Encoding: chunked\r\n\r\n"
                + "\(String(report.utf8.count, radix: 16));x=y\r\n\(report)\r\n0\r\nX-Sum: 1\r\n\r\n", 503
        ),
    ]

    @Test(arguments: offers) func offer_IsDeclined_AndTheConnectionGoesOn(request: String, status: Int) async throws {
        try await World.withServer(.withToken()) { port in
            // Alone, with the next requests behind it at once, and in pieces.
            let followed = request + Self.plain + request
            for (text, size) in [(request, 10_000), (followed, 10_000), (followed, 31), (request, 1)] {
                try await Wire.open(to: port) { wire in
                    try await wire.say(text, inPartsOf: size)
                    #expect(try await wire.answer()?.status == status)
                    if text != request {
                        #expect(try await wire.answer()?.status == 200)
                        #expect(try await wire.answer()?.status == status)
                    }
                    for _ in 0..<2 {
                        try await wire.say(Self.plain)
                        let next = try await wire.answer()
                        #expect(next?.status == 200 && next?["Connection"] == nil)
                    }
                }
            }
        }
    }

    /// Forms in which NIO's parser and we might not see the same: answered, and the connection ends.
    @Test(arguments: [
        "Proxy-Connection: Upgrade\r\nUpgrade: h2c\r\n", "Connection: Upgrade\r\nUpgrade:\r\n",
        "Connection: keep-alive, Upgrade\t\r\nUpgrade: h2c\r\n", "Connection: Upgrade;q=1\r\nUpgrade: h2c\r\n",
    ])
    func offerInAnUncertaintyfulForm_IsAnswered_AndEndsTheConnection(headers: String) async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say("GET /readyz HTTP/1.1\r\nHost: n\r\n\(headers)\r\n\(Self.plain)")
                let answer = try await wire.answer()
                #expect(answer?.status == 200 && answer?["Connection"] == "close")
                #expect(try await wire.hasEnded())
            }
        }
    }

    @Test(arguments: [
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0", 505),
        ("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", 501),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}\u{3}", 501),
    ])
    func anotherProtocolWithoutAsking_IsRefused_AndEndsTheConnection(bytes: String, status: Int) async throws {
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                try await wire.say(bytes)
                let answer = try await wire.answer()
                #expect(answer?.status == status && answer?["Connection"] == "close")
                #expect(try await wire.hasEnded())
            }
        }
    }
}
