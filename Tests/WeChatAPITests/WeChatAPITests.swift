import CurlClient
import KeeperCore
import KeeperPorts
import Testing
import WeChatAPI

/// The whole way: from a call kind to the bytes on the wire, and back to an outcome.
@Suite struct WeChatAPITests {
    let app = AppID("wx0123456789abcdef")
    let secret = "s3cr3t&with=odd/chars+%20\"\\"
    let client = CurlClient()

    private func api(port: Int) throws -> some CredentialSource {
        WeChatAPI(
            client: client,
            base: try WeChatBaseURL("http://127.0.0.1:\(port)"),
            accounts: [app: .app(AppSecret(secret))],
            identity: "a"
        )
    }

    private func fetch(
        _ kind: CallKind,
        from port: Int,
        within time: Duration = .seconds(20),
        mayBegin: @escaping @Sendable () -> Bool = { true }
    ) async throws -> CallOutcome {
        try await api(port: port).fetch(app, kind, before: .now + time, mayBegin: mayBegin)
    }

    private let good = #"{"access_token":"TOKEN-1","expires_in":7200}"#

    @Test func classicCall_IsAGetWithEncodedParameters() async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let outcome = try await fetch(.classic, from: stub.port)
            #expect(outcome == .issued(token: Token("TOKEN-1"), life: .seconds(7200)))
            let line =
                "GET /cgi-bin/token?grant_type=client_credential&appid=wx0123456789abcdef"
                + "&secret=s3cr3t%26with%3Dodd%2Fchars%2B%2520%22%5C HTTP/1.1\r\n"
            #expect(stub.requests.count == 1)
            #expect(stub.requests.first?.hasPrefix(line) == true)
            #expect(stub.requests.first?.contains("\r\nX-Wxkeeper-Node: a\r\n") == true)
        }
    }

    @Test(arguments: [(CallKind.stable, "false"), (.stableForced, "true")])
    func stableCall_IsAPostWithTheParametersInItsBody(kind: CallKind, force: String) async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let outcome = try await fetch(kind, from: stub.port)
            #expect(outcome == .issued(token: Token("TOKEN-1"), life: .seconds(7200)))
            let request = try #require(stub.requests.first)
            #expect(request.hasPrefix("POST /cgi-bin/stable_token HTTP/1.1\r\n"))
            #expect(request.contains("\r\nContent-Type: application/json\r\n"))
            let body =
                #"{"appid":"wx0123456789abcdef","force_refresh":\#(force),"grant_type":"client_credential","#
                + #""secret":"s3cr3t&with=odd/chars+%20\"\\"}"#
            #expect(request.hasSuffix("\r\n\r\n" + body))
        }
    }

    @Test func probe_AsksForAddressesWithTheToken() async throws {
        try await StubWeChat.with(answer(#"{"ip_list":["101.226.62.77","101.226.62.78"]}"#)) { stub in
            let token = Token("TOKEN/1 2")
            let outcome = try await api(port: stub.port).probe(app, token, before: .now + .seconds(20)) { true }
            #expect(outcome == .alive)
            let line = "GET /cgi-bin/get_api_domain_ip?access_token=TOKEN%2F1%202 HTTP/1.1\r\n"
            #expect(stub.requests.first?.hasPrefix(line) == true)
        }
    }

    @Test func appWithoutSecret_IsNotAskedFor() async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let outcome = try await api(port: stub.port)
                .fetch(AppID("wxOther"), .classic, before: .now + .seconds(20)) { true }
            #expect(outcome == .notSent(Trouble(summary: "no secret is configured for wxOther")))
            #expect(stub.requests.isEmpty)
        }
    }

    @Test(arguments: [CallKind.classic, .stable, .stableForced])
    func withdrawnPermit_SendsNothing(kind: CallKind) async throws {
        try await StubWeChat.with(answer(good)) { stub in
            let outcome = try await fetch(kind, from: stub.port) { false }
            #expect(outcome.isNotSent)
            let probe = try await api(port: stub.port).probe(app, Token("T"), before: .now + .seconds(20)) { false }
            #expect(probe.isInconclusive)
            #expect(stub.requests.isEmpty)
        }
    }

    @Test func nobodyThere_IsNotSent() async throws {
        // Nobody listens on port 1 (once tcpmux).
        #expect(try await fetch(.classic, from: 1).isNotSent)
        #expect(try await api(port: 1).probe(app, Token("T"), before: .now + .seconds(20)) { true }.isInconclusive)
    }

    @Test func silence_IsUnknown() async throws {
        try await StubWeChat.with(nil) { stub in
            let outcome = try await fetch(.classic, from: stub.port, within: .seconds(2))
            #expect(outcome.isUnknown)
            #expect(stub.requests.count == 1)
        }
    }

    @Test(arguments: [
        answer(#"{"access_token":"TOKEN-1","expires_in":7200}"#, length: 1_000),
        answer(#"{"access_token":"TOKEN-1","expires_in":7200}"#, status: "500 Internal Server Error"),
        answer(#"{"access_token":"TOKEN-1","expires_in":7200}"#, status: "302 Found"),
        answer(#"{"errcode":40013,"errmsg":"invalid appid"}"#, status: "502 Bad Gateway"),
        answer("<html>504</html>", status: "504 Gateway Time-out"),
        answer(String(repeating: " ", count: 300 * 1_024) + #"{"access_token":"TOKEN-1","expires_in":7200}"#),
        "",
    ])
    func answerOfNoUse_IsUnknown_AndQuotesNothing(text: String) async throws {
        try await StubWeChat.with(text) { stub in
            let outcome = try await fetch(.classic, from: stub.port)
            #expect(outcome.isUnknown)
            #expect(stub.requests.count == 1)
            let printed = String(reflecting: outcome)
            #expect(!printed.contains("TOKEN") && !printed.contains("html") && !printed.contains("s3cr3t"))
            let probe = try await api(port: stub.port).probe(app, Token("T"), before: .now + .seconds(20)) { true }
            #expect(probe.isInconclusive)
        }
    }

    @Test func secretInTheReply_IsNotRepeated() async throws {
        let text = #"{"errcode":99999,"errmsg":"no such secret s3cr3t&with=odd/chars+%20\"\\, rid: x"}"#
        try await StubWeChat.with(answer(text)) { stub in
            let outcome = try await fetch(.classic, from: stub.port)
            let trouble = Trouble(
                errcode: 99_999, summary: "WeChat refused with 99999: no such secret <redacted>", contact: .met)
            #expect(outcome == .refused(Refusal(trouble: trouble, reaction: .slowly)))
        }
    }

    @Test func secret_IsNeverPrinted() throws {
        let api = try api(port: 1)
        var text = "\(api) \(String(reflecting: api))"
        dump(api, to: &text)
        #expect(!text.contains("s3cr3t"))
    }
}

extension CallOutcome {
    var isNotSent: Bool { if case .notSent = self { true } else { false } }
    var isUnknown: Bool { if case .unknown = self { true } else { false } }
}

extension ProbeOutcome {
    var isInconclusive: Bool { if case .inconclusive = self { true } else { false } }
}
