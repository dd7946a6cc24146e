import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import NIOCore
import NIOPosix
import Testing

@testable import KeeperHTTP

/// Reads are answered on the event loop, or by tasks as all else: on real connections, byte for byte the same.
@Suite struct TwoWaysTests {
    private static let basic = "Basic c2hvcDpzaG9wLWtleQ=="

    private static func get(_ target: String, _ headers: String..., version: String = "1.1") -> String {
        "GET \(target) HTTP/\(version)\r\n" + (["Host: n"] + headers).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static func post(_ target: String, _ body: String, _ headers: String...) -> String {
        let all = ["Host: n"] + headers + ["Content-Length: \(body.utf8.count)"]
        return "POST \(target) HTTP/1.1\r\n" + all.map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    private static let key = "Authorization: Bearer shop-key"
    private static let stable = #"{"grant_type":"client_credential","appid":"wx1","secret":"shop-key"}"#
    private static let forced = stable.replacing("}", with: #","force_refresh":true}"#)

    private static let requests: [String] = [
        get("/token", key), get("/token?appid=wx1", key), get("/token?appid=wx2", key), get("/token?appid=wx3", key),
        get("/token", "Authorization: \(basic)"), get("/token"), get("/token", "Authorization: Bearer nobody"),
        get("/token", "Authorization: Bearer watcher-key"), get("/token", "Authorization: Bearer two-key"),
        get("/token?appid=wx1&appid=wx1", key), get("/token?appid=", key), get("/token?appid=wx1%23jsapi", key),
        get("//token/", key), get("/%74oken", key), get("/TOKEN", key), get("http://n/token", key),
        get("/token", key, key), get("/token", key, "Cookie: a=b; c=d"), get("/token", key, "Accept-Encoding: gzip"),
        get("/token", key, "Connection: keep-alive"), get("/token", key, "Connection: Close"),
        get("/token", key, version: "1.0"), get("/token", key, "Connection: upgrade", "Upgrade: h2c"),
        get("/token", key, "Content-Length: 0"), get("/token", key, "Expect: 100-continue"),
        get("/token", key, "If-None-Match: *"), get("/token", key, "Range: bytes=0-3"),
        get("/token", key).replacing("GET", with: "HEAD"), get("/token", key).replacing("GET", with: "PUT"),
        get("/token?appid=wx1&secret=shop-key&grant_type=client_credential"),
        get("/ticket?type=jsapi", key), get("/ticket?type=nothing", key), get("/ticket?type=wx_card", key),
        get("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=shop-key"),
        get("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=wrong"),
        get("/cgi-bin/token?grant_type=wrong&appid=wx1&secret=shop-key"), get("/cgi-bin/token"),
        get("/cgi-bin/gettoken?corpid=ww1&corpsecret=corp-key"), get("/cgi-bin/gettoken?corpid=ww1&corpsecret=x"),
        get("/cgi-bin/ticket/getticket?access_token=TOKEN&type=jsapi"),
        get("/cgi-bin/ticket/getticket?access_token=DEAD&type=jsapi"),
        post("/cgi-bin/stable_token", stable), post("/cgi-bin/stable_token", forced),
        post("/cgi-bin/stable_token", stable, "Content-Type: application/json", "Expect: 100-continue"),
        post("/cgi-bin/stable_token", ""), post("/cgi-bin/stable_token", "nonsense"),
        post("/cgi-bin/stable_token", stable + String(repeating: " ", count: 2000)),
        post("/cgi-bin/token", "grant_type=client_credential&appid=wx1&secret=shop-key"),
        post("/token", stable, key), get("/livez"), get("/token/refresh", key), get("/nothing", key), get("/nothing"),
    ]

    private static let provider: FakeProvider = {
        let provider = FakeProvider.withToken()
        provider.change { state in
            let ticket = ServedCredential(credential: .example("wx1#jsapi", token: "TICKET"))
            state.readings[AppID("wx1#jsapi")] = .token(ticket, expiresIn: 599, isStale: true)
            let work = ServedCredential(credential: .example("ww1-1", token: "WORK"))
            state.readings[AppID("ww1-1")] = .token(work, expiresIn: 99, isStale: false)
        }
        return provider
    }()

    /// Runs the two servers.
    private func withBoth(_ body: @Sendable (_ fast: Int, _ slow: Int) async throws -> Void) async throws {
        let known = World.knownApps.map { KnownApp(id: $0) } + [KnownApp(id: AppID("ww1-1"), corporation: "ww1")]
        let fast = try World.server(Self.provider, apps: known.map(\.id), known: known)
        var slow = fast
        slow.answersReadsAtOnce = false
        try await fast.application.test(.live) { [slow] first in
            try await slow.application.test(.live) { second in
                try await body(#require(first.port), #require(second.port))
            }
        }
    }

    private static let last = get("/livez", "Connection: close")

    /// All that is answered to these pieces and to a last request, without dates.
    private func conversation(_ pieces: [String], on port: Int) async throws -> String {
        let text = try await Wire.open(to: port) { wire in
            for piece in pieces + [Self.last] { try await wire.say(piece) }
            return try await wire.rest()
        }
        return text.replacing(/Date: [^\r]+\r\n/, with: "")
    }

    @Test(arguments: requests) func request_IsAnsweredTheSame_EveryTime(_ request: String) async throws {
        try await withBoth { fast, slow in
            for pieces in [[request], [request + request], [request, request, request, request]] {
                let answer = try await conversation(pieces, on: slow)
                #expect(!answer.isEmpty)
                for _ in 0..<3 { #expect(try await conversation(pieces, on: fast) == answer) }
            }
        }
    }

    @Test func requests_AreAnsweredTheSame_WhereverTheyAreCut() async throws {
        let known = Self.get("/token", Self.key)
        try await withBoth { fast, slow in
            for request in [known, Self.post("/cgi-bin/stable_token", Self.stable), Self.get("/token", "X: y")] {
                let text = known + request + known
                let answer = try await conversation([text], on: slow)
                for cut in 0...request.utf8.count {
                    let end = text.index(text.startIndex, offsetBy: known.utf8.count + cut)
                    let pieces = [String(text[..<end]), String(text[end...])]
                    #expect(try await conversation(pieces, on: fast) == answer, "cut at \(cut)")
                }
            }
        }
    }

    @Test func requestsSentAhead_AreAnsweredInTheirOrder() async throws {
        let all = Self.requests.filter { !$0.contains("lose") && !$0.contains("1.0") && !$0.contains("Upgrade") }
        try await withBoth { fast, slow in
            let texts = [all.joined(), (all + all).joined(), all.flatMap { [all[0], $0, all[0]] }.joined()]
            for text in texts {
                let answer = try await conversation([text], on: slow)
                for _ in 0..<2 { #expect(try await conversation([text], on: fast) == answer) }
            }
        }
    }

    /// What the kernel does not take at once waits, and nothing is lost or overtaken.
    @Test func callerThatTakesLittle_HasAllAnswersInTheEnd() async throws {
        let request = Self.get("/token", Self.key)
        try await withBoth { fast, slow in
            let one = try await conversation([request], on: slow).components(separatedBy: "HTTP/1.1")[1]
            let count = 20_000
            let text = try await Wire.open(to: fast, receiveBuffer: 32_768, within: .seconds(60)) { wire in
                for _ in 0..<3 {
                    try await wire.say(request)
                    _ = try await wire.answer()
                }
                try await wire.say(String(repeating: request, count: count) + Self.last)
                return try await wire.rest()
            }
            let answers = text.replacing(/Date: [^\r]+\r\n/, with: "").components(separatedBy: "HTTP/1.1").dropFirst()
            #expect(answers.count == count + 1)
            #expect(answers.dropLast().allSatisfy { $0 == one })
        }
    }
}
