import Foundation
import HTTPTypes
import KeeperCore
import Testing

@testable import KeeperHTTP

@Suite struct AccessTests {
    private static let closed: [(HTTPRequest.Method, String)] = [
        (.get, "/token"), (.post, "/token/refresh"), (.get, "/"), (.get, "/status"), (.post, "/operate/step-down"),
        (.post, "/operate/refresh"), (.get, "/nothing"), (.get, "/metrics"), (.options, "/token"), (.put, "/token"),
    ]

    @Test(arguments: closed) func withoutKey_EverythingButHealthIsAnswered401(
        method: HTTPRequest.Method, path: String
    ) async throws {
        for authorization in [nil, "Bearer wrong", "Bearer ", "Basic !!!", "Digest x", "Bearer"] as [String?] {
            let reply = try await FakeProvider.withToken().ask(method, path, authorization: authorization)
            #expect(reply.status == 401)
            #expect(reply.header("WWW-Authenticate") == #"Basic realm="wxkeeper""#)
            #expect(reply.header("X-Wxkeeper-Node") == "a")
            #expect(reply.header("Cache-Control") == "no-store")
            #expect(try reply.int("errcode") == 401)
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/token/refresh", "reader"), (.get, "/token", "watcher"), (.get, "/", "shop"),
        (.get, "/status", "operator"), (.post, "/operate/step-down", "watcher"), (.post, "/operate/refresh", "shop"),
    ])
    func withoutTheScope_TheAnswerIs403(method: HTTPRequest.Method, path: String, client: String) async throws {
        let reply = try await FakeProvider.withToken().ask(method, path, as: client, body: "{}")
        #expect(reply.status == 403)
        #expect(try reply.int("errcode") == 403)
    }

    @Test func otherPeoplesApps_Are403_AndUnknownOnes404OnlyToCallersOfAll() async throws {
        let provider = FakeProvider.withToken()
        #expect(try await provider.ask(.get, "/token?appid=wx2", as: "shop").status == 403)
        #expect(try await provider.ask(.get, "/token?appid=wx9", as: "shop").status == 403)
        #expect(try await provider.ask(.get, "/token?appid=wx9", as: "admin").status == 404)
    }

    @Test func pathsOfLaterIssues_Are404() async throws {
        let reply = try await FakeProvider().ask(.get, "/history", as: "admin")
        #expect(reply.status == 404)
        #expect(try reply.int("errcode") == 404)
    }

    @Test func wrongMethod_Is405_WithTheRightOnes() async throws {
        let refresh = try await FakeProvider().ask(.get, "/token/refresh", as: "admin")
        #expect(refresh.status == 405)
        #expect(refresh.header("Allow") == "POST")
        let token = try await FakeProvider().ask(.post, "/token", as: "admin")
        #expect(token.header("Allow") == "GET, HEAD")
    }

    @Test func basic_NamesClientAndKey() async throws {
        func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }
        let provider = FakeProvider.withToken()
        #expect(try await provider.ask(.get, "/token", authorization: basic("shop:shop-key")).status == 200)
        #expect(try await provider.ask(.get, "/token", authorization: basic("two:shop-key")).status == 401)
        #expect(try await provider.ask(.get, "/token", authorization: basic(":shop-key")).status == 401)
        #expect(try await provider.ask(.get, "/token", authorization: basic("shop-key")).status == 401)
    }

    /// A browser adds the key of Basic authentication to what a page of another site makes it ask.
    @Test(arguments: [
        ("Sec-Fetch-Site: cross-site\r\nOrigin: https://else.example\r\n", true),
        ("Sec-Fetch-Site: same-site\r\n", true),
        ("Origin: https://else.example\r\n", true), ("Origin: null\r\n", true), ("Origin: http://n:1\r\n", true),
        ("Sec-Fetch-Site: same-origin\r\nOrigin: https://proxied.example\r\n", false),
        ("Sec-Fetch-Site: none\r\n", false), ("Origin: http://N\r\n", false), ("", false),
    ])
    func pageOfAnotherSite_CannotUseTheBrowsersKey(headers: String, isRefused: Bool) async throws {
        let basic = "Authorization: Basic \(Data("admin:admin-key".utf8).base64EncodedString())\r\n"
        try await World.withServer(.withToken()) { port in
            try await Wire.open(to: port) { wire in
                for path in ["/operate/step-down", "/operate/reload", "/token/refresh"] {
                    let post = "POST \(path) HTTP/1.1\r\nHost: n\r\n\(basic)\(headers)"
                    try await wire.say(post + "Content-Length: 2\r\n\r\n{}")
                    #expect((try await wire.answer()?.status == 403) == isRefused)
                }
                // Reading does nothing, and what is read the page does not see. A bearer's key no browser adds.
                try await wire.say("GET /status HTTP/1.1\r\nHost: n\r\n\(basic)\(headers)\r\n")
                #expect(try await wire.answer()?.status == 200)
                let bearer = "Authorization: Bearer admin-key\r\n\(headers)Content-Length: 2\r\n\r\n{}"
                try await wire.say("POST /token/refresh HTTP/1.1\r\nHost: n\r\n\(bearer)")
                #expect(try await wire.answer()?.status == 400)
            }
        }
    }

    @Test func schemeNames_AreReadInAnyCase() async throws {
        let provider = FakeProvider.withToken()
        #expect(try await provider.ask(.get, "/token", authorization: "bearer  shop-key").status == 200)
        #expect(try await provider.ask(.get, "/token", authorization: "BEARER shop-key").status == 200)
    }

    @Test func longHeadersAndTargets_AreRefused() async throws {
        let long = String(repeating: "x", count: 3000)
        #expect(try await FakeProvider.withToken().ask(.get, "/token", authorization: "Bearer \(long)").status == 401)
        #expect(try await FakeProvider.withToken().ask(.get, "/token?appid=\(long)\(long)", as: "shop").status == 414)
        let veryLong = String(repeating: "x", count: 9000)
        #expect(try await FakeProvider.withToken().ask(.get, "/token", authorization: veryLong).status == 431)
    }
}

@Suite struct ClientDirectoryTests {
    @Test func sameIDOrKey_MakesNoDirectory() {
        let shop = World.client("shop", .all, [.read])
        var other = World.client("other", .all, [.read])
        #expect(throws: ClientDirectory.Conflict.sameID("shop")) { try ClientDirectory([shop, shop], apps: []) }
        other.key = shop.key
        #expect(throws: ClientDirectory.Conflict.sameKey("shop", "other")) {
            try ClientDirectory([shop, other], apps: [])
        }
    }

    @Test func digest_IsWhatSha256sumPrints() throws {
        let printed = "2C26B46B68FFC68FF99B453C1D30413413422D706483BFA0F98A5E886266E7AE"
        #expect(KeyDigest(hexadecimal: printed) == KeyDigest(of: "foo"))
        #expect(KeyDigest(hexadecimal: printed.lowercased()) == KeyDigest(of: "foo"))
        #expect(KeyDigest(of: "foo") != KeyDigest(of: "fop"))
        #expect(KeyDigest(hexadecimal: String(printed.dropLast())) == nil)
        #expect(KeyDigest(hexadecimal: "g" + printed.dropFirst()) == nil)
        #expect("\(KeyDigest(of: "foo"))" == "<redacted>")
    }
}
