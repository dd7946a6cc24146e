import CurlClient
import Foundation
import Testing

/// One exchange at a time, against servers that behave well and badly.
@Suite struct ExchangeTests {
    let client = CurlClient()

    @Test func answer_ArrivesWhole() async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let reply = try await client.exchange(HTTPRequest(url(server.port)), before: .farAway)
            #expect(reply.status == 200)
            #expect(reply.body == Array("ok".utf8))
            #expect(reply.header("x-kind") == "Plain")
            #expect(reply.header("X-KIND") == "Plain")
            #expect(reply.header("x-other") == nil)

            let request = try #require(await server.nextRequest())
            #expect(request.hasPrefix("GET /cgi-bin/token?appid=wx1&secret=\(secret) HTTP/1.1\r\n"))
            #expect(!request.lowercased().contains("accept-encoding"))
        }
    }

    @Test(arguments: [0, 1, 100, 40_000]) func post_SendsBodyAndHeaders(size: Int) async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let body = String(repeating: "b", count: size)
            let request = HTTPRequest(
                try url(server.port),
                method: .post,
                headers: [.init("Content-Type", "application/json"), .init("X-Empty", "")],
                body: Array(body.utf8)
            )
            #expect(await client.outcome(request).reply?.status == 200)

            let seen = try #require(await server.nextRequest())
            #expect(seen.hasPrefix("POST "))
            #expect(seen.contains("\r\nContent-Type: application/json\r\n"))
            #expect(seen.contains("\r\nX-Empty:\r\n"))
            #expect(seen.contains("\r\nContent-Length: \(size)\r\n"))
            #expect(!seen.contains("Expect:"))
            #expect(seen.hasSuffix("\r\n\r\n" + body))
        }
    }

    @Test func status_IsThatOfTheFinalAnswer() async throws {
        let text = "HTTP/1.1 103 Early Hints\r\nX-Kind: early\r\n\r\n" + okay
        try await ScriptedServer.with(.answer(text)) { server in
            let reply = try await client.exchange(HTTPRequest(url(server.port)), before: .farAway)
            #expect(reply.status == 200)
            #expect(reply.header("x-kind") == "Plain")
        }
    }

    @Test func redirect_IsNotFollowed() async throws {
        try await ScriptedServer.with(.answer(okay)) { other in
            let text = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n"
            try await ScriptedServer.with(.answer(text)) { server in
                let outcome = try await client.outcome(HTTPRequest(url(server.port)))
                #expect(outcome.reply?.status == 302)
                #expect(other.requestCount == 0)
            }
        }
    }

    @Test func refusedConnection_WasNeverSent() async throws {
        let outcome = await client.outcome(HTTPRequest(try url(deadPort)))
        #expect(outcome.notSent == .connection)
    }

    @Test func unknownName_WasNeverSent() async throws {
        // RFC 6761: names under "invalid." never exist.
        let outcome = await client.outcome(HTTPRequest(try url(80, host: "no-such-host.invalid")))
        #expect(outcome.notSent == .name)
    }

    @Test func silence_EndsAtTheDeadline_Unknown() async throws {
        try await ScriptedServer.with(.hang) { server in
            let start = ContinuousClock.now
            let outcome = await client.outcome(HTTPRequest(try url(server.port)), before: start + .seconds(1))
            #expect(outcome.unknown == .deadline)
            #expect(.now - start >= .seconds(1))
            #expect(.now - start < .seconds(10))
            #expect(server.requestCount == 1)
        }
    }

    @Test func deadlineBeforeTheHandshakeIsDone_WasNeverSent() async throws {
        // A plain server that waits for the end of a request never answers the TLS greeting.
        try await ScriptedServer.with(.hang) { server in
            let request = HTTPRequest(try url(server.port, scheme: "https"))
            let outcome = await client.outcome(request, before: .now + .milliseconds(200))
            #expect(outcome.notSent == .deadline)
            #expect(server.requestCount == 0)
        }
    }

    @Test func passedDeadline_IsNotTried() async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let outcome = await client.outcome(HTTPRequest(try url(server.port)), before: .now - .milliseconds(1))
            #expect(outcome.notSent == .deadline)
            #expect(server.requestCount == 0)
        }
    }

    @Test func bodyOverTheLimit_IsBrokenOff() async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + String(repeating: "x", count: 1001)
        try await ScriptedServer.with(.answer(text)) { server in
            var request = HTTPRequest(try url(server.port), bodyLimit: 1000)
            #expect(await client.outcome(request).unknown == .tooLarge)
            request.bodyLimit = 1001
            #expect(await client.outcome(request).reply?.body.count == 1001)
        }
    }

    @Test func endlessBody_IsBrokenOff() async throws {
        try await ScriptedServer.with(.endless) { server in
            let outcome = try await client.outcome(HTTPRequest(url(server.port)))
            #expect(outcome.unknown == .tooLarge)
        }
    }

    @Test func endlessHeaders_AreBrokenOff() async throws {
        let lines = (0..<300).map { "X-\($0): \(String(repeating: "h", count: 100))\r\n" }.joined()
        try await ScriptedServer.with(.answer("HTTP/1.1 200 OK\r\n\(lines)\r\n")) { server in
            let outcome = try await client.outcome(HTTPRequest(url(server.port)))
            #expect(outcome.unknown == .tooLarge)
        }
    }

    @Test(arguments: [
        ScriptedServer.Script.close,
        .reset,
        .answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"),
        .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
        .answer("HTTP/1.1 200 OK\r\nContent-Le"),
        .answer("HTTP/1.1 999999 \r\n\r\n"),
        .answer("no HTTP at all"),
        .answer("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
    ])
    func brokenAnswer_LeavesTheOutcomeUnknown_AndIsNotAskedTwice(script: ScriptedServer.Script) async throws {
        try await ScriptedServer.with(script) { server in
            let outcome = await client.outcome(HTTPRequest(try url(server.port)))
            #expect(outcome.unknown == .answer, "\(outcome.printed)")
            #expect(server.requestCount == 1)
        }
    }

    @Test func check_StopsTheRequestBeforeItsFirstByte() async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            var request = HTTPRequest(try url(server.port))
            request.mayBegin = { false }
            #expect(await client.outcome(request).notSent == .check)
            request.mayBegin = { true }
            #expect(await client.outcome(request).reply?.status == 200)
            #expect(server.requestCount == 1)
        }
    }

    @Test(arguments: [
        HTTPRequest.Header("X-Evil", "a\r\nX-More: b"), .init("X Evil", "a"), .init("", "a"), .init("X:", "a"),
        .init("X-Evil", "a\0b"),
    ])
    func headerThatBreaksItsLine_IsRefused(header: HTTPRequest.Header) async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let request = HTTPRequest(try url(server.port), headers: [header])
            #expect(await client.outcome(request).notSent == .request)
            #expect(server.requestCount == 0)
        }
    }

    @Test func proxyOfTheRequest_IsUsed() async throws {
        try await ScriptedServer.with(.answer(okay)) { proxy in
            let request = HTTPRequest(try url(1), proxy: "http://127.0.0.1:\(proxy.port)")
            #expect(await client.outcome(request).reply?.status == 200)
            #expect(await proxy.nextRequest()?.hasPrefix("GET http://127.0.0.1:1/") == true)
        }
    }

    /// In a process of its own, since the environment belongs to all.
    @Test func proxyOfTheEnvironment_IsIgnored() async {
        await #expect(processExitsWith: .success) {
            try await ScriptedServer.with(.close) { proxy in
                for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
                    // SAFETY: both strings outlive the call, and this process has no other user of its environment yet.
                    unsafe setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
                }
                try await ScriptedServer.with(.answer(okay)) { server in
                    let outcome = await CurlClient().outcome(HTTPRequest(try url(server.port)))
                    try #require(outcome.reply?.status == 200)
                    try #require(proxy.requestCount == 0)
                }
            }
        }
    }
}
