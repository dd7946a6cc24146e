import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// Where WeChat takes a parameter from, and in which type: more than its manual says, and programs rely on it.
@Suite struct DropInLeniencyTests {
    private static let form = "application/x-www-form-urlencoded"
    private static let multipart = "multipart/form-data; boundary=----b7"
    private static let names = "grant_type=client_credential&appid=wx1&secret=shop-key"
    private static let json = #"{"grant_type":"client_credential","appid":"wx1","secret":"shop-key"}"#

    private static let fields = [("grant_type", "client_credential"), ("appid", "wx1"), ("secret", "shop-key")]

    private static func parts(_ fields: [(String, String)]) -> String {
        fields.map { "------b7\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
            + "------b7--\r\n"
    }

    private func ask(
        _ method: HTTPRequest.Method, _ uri: String, type: String? = nil, body: String? = nil,
        to provider: FakeProvider? = nil
    ) async throws -> Reply {
        let provider = provider ?? .withToken()
        provider.change { state in
            for (app, token) in [("ww1-1", "CORP"), ("wx1#jsapi", "TICKET")] {
                state.readings[AppID(app)] = .token(
                    ServedCredential(credential: .example(app, token: token)), expiresIn: 100, isStale: false)
            }
        }
        let known = [KnownApp(id: AppID("wx1")), KnownApp(id: AppID("ww1-1"), corporation: "ww1")]
        let reply = try await provider.ask(method, uri, type: type, body: body, known: known)
        #expect(reply.status == 200)
        return reply
    }

    private static let posts: [(query: String, type: String?, body: String)] = [
        ("?\(names)", nil, ""), ("?\(names)", form, ""), ("?\(names)", "application/json", "{}"),
        ("?\(names)", "text/plain", "anything"), ("", form, names), ("", nil, names), ("", "text/plain", names),
        ("", form + "; charset=UTF-8", "appid=wx1&grant_type=client%5Fcredential&secret=shop%2dkey&x"),
        ("?appid=wx1", form, "grant_type=client_credential&secret=shop-key"), ("", "application/json", json),
        ("", form, json), ("", nil, " \n" + json), ("", nil, "\u{FEFF}" + json), ("?appid=wx1", nil, json),
        ("?appid=wx1", form, "appid=wx9&grant_type=client_credential&secret=shop-key"),
        ("?appid=", form, names),
        ("", multipart, parts(fields)), ("", form, names + "\r\n"), ("", nil, names + "\n"),
        // As .NET writes it, and as people do.
        ("", multipart, parts(fields).replacing("\"", with: "")),
        ("", multipart, parts(fields).replacing("; name", with: "; filename=\"f\"; name")),
        ("", multipart, parts(fields).replacing("Content-D", with: "Content-Type: text/plain\r\ncontent-d")),
        ("", multipart, parts(fields).replacing("\r\n", with: "\n")),
    ]

    @Test(arguments: posts) func token_MayBePostedFor(query: String, type: String?, body: String) async throws {
        let reply = try await ask(.post, "/cgi-bin/token\(query)", type: type, body: body)
        #expect(reply.text == #"{"access_token":"TOKEN","expires_in":3599}"#)
    }

    @Test(arguments: [
        ("", "", 41_002), ("", "{", 41_002), ("", "[1]", 41_002), ("", "grant_type=client_credential&secret=x", 41_002),
        ("", "appid=wx9&grant_type=client_credential&secret=x", 40_013), ("", #"{"appid":9}"#, 40_013),
        ("", #"{"appid":["wx1"]}"#, 41_002), ("", #"{"appid":null}"#, 41_002), ("", #"{"appid":""}"#, 41_002),
        ("", "appid=wx1&secret=shop-key", 40_002), ("?\(names)", String(repeating: "x", count: 17_000), 47_001),
    ])
    func postThatMisses_HasWeChatsCode(query: String, body: String, errcode: Int) async throws {
        let reply = try await ask(.post, "/cgi-bin/token\(query)", type: Self.form, body: body)
        #expect(try reply.int("errcode") == errcode)
        #expect(!reply.text.contains("shop-key"))
    }

    @Test func plusInAForm_IsASpace_AndInAQueryItself() {
        #expect(FormText.fields("a=b+c%2Bd&a=x&%61b=1&c", plusIsSpace: true) == ["a": "b c+d", "ab": "1"])
        #expect(FormText.fields("a=b+c&d=%zz", plusIsSpace: false) == ["a": "b+c", "d": "%zz"])
        #expect(MultipartText.boundary(in: "Multipart/Form-Data; charset=x; Boundary=\"b\"") == "b")
        #expect(MultipartText.boundary(in: "multipart/form-data") == nil)
        #expect(MultipartText.fields("--b\r\n\r\n--b--", boundary: "b") == [:])
    }

    @Test(arguments: [
        ("?access_token=TOKEN&type=jsapi", ""), ("", "access_token=TOKEN&type=jsapi"),
        ("?access_token=TOKEN", "type=jsapi"), ("", #"{"access_token":"TOKEN","type":"jsapi"}"#),
        ("", parts([("access_token", "TOKEN"), ("type", "jsapi")])),
    ])
    func ticket_MayBePostedFor(query: String, body: String) async throws {
        let type = body.hasPrefix("--") ? Self.multipart : nil
        let reply = try await ask(.post, "/cgi-bin/ticket/getticket\(query)", type: type, body: body)
        #expect(try reply.string("ticket") == "TICKET")
    }

    @Test(arguments: [
        ("?corpid=ww1&corpsecret=corp-key", ""), ("", "corpid=ww1&corpsecret=corp-key"),
        ("", #"{"corpid":"ww1","corpsecret":"corp-key"}"#),
    ])
    func corporationToken_MayBePostedFor(query: String, body: String) async throws {
        let reply = try await ask(.post, "/cgi-bin/gettoken\(query)", body: body)
        #expect(try reply.string("access_token") == "CORP")
    }

    @Test func ownPath_IsWeChats_ByEitherMethod() async throws {
        for method in [HTTPRequest.Method.get, .post] {
            #expect(try await ask(method, "/token?\(Self.names)").text.hasPrefix(#"{"access_token":"TOKEN""#))
        }
        #expect(try await FakeProvider.withToken().ask(.post, "/token", body: Self.names).status == 401)
    }

    private static let flags: [(String, Bool?)] = [
        ("true", true), ("false", false), (#""true""#, true), (#""false""#, false), (#""True""#, true), ("1", true),
        ("0", false), (#""1""#, true), (#""0""#, false), ("null", false), (#""""#, false), ("1.0", true),
        (#""yes""#, nil), ("2", nil), ("-1", nil), ("[]", nil), ("{}", nil),
    ]

    @Test(arguments: flags) func forceRefresh_IsUnderstoodInEverySpelling(value: String, isForced: Bool?) async throws {
        let provider = FakeProvider.withToken()
        let body = Self.json.dropLast() + #","force_refresh":\#(value)}"#
        let reply = try await ask(.post, "/cgi-bin/stable_token", body: String(body), to: provider)
        #expect(provider.asked.count == (isForced == true ? 1 : 0))
        // The fake node has no leader, so a refresh does not succeed.
        #expect(try reply.int("errcode") == (isForced == nil ? 47_001 : isForced == true ? -1 : nil))
    }

    private static let stables: [(HTTPRequest.Method, String, String?, Int?)] = [
        (.get, "?\(names)", nil, 43_002), (.put, "", json, 43_002), (.delete, "?\(names)", nil, 43_002),
        (.post, "", names, 47_001), (.post, "?\(names)", "{}", 41_002), (.post, "?\(names)", "", 44_002),
        (.post, "", #"{"grant_type":"client_credential","appid":true,"secret":"shop-key"}"#, 47_001),
        (.post, "", #"{"grant_type":"client_credential","appid":{},"secret":"shop-key"}"#, 47_001),
        (.post, "", #"{"grant_type":"client_credential","appid":123,"secret":"shop-key"}"#, 40_013),
        (.post, "", #"{"grant_type":"client_credential","appid":"wx1","secret":1}"#, 40_125),
        (.post, "", #"{"grant_type":1,"appid":"wx1","secret":"shop-key"}"#, 40_002),
        (.post, "", #"{"grant_type":"client_credential","appid":"wx1","secret":null}"#, 41_004),
        (.post, "", "\u{FEFF}" + json, nil), (.post, "", #"{"extra":[{}],"# + json.dropFirst(), nil),
    ]

    @Test(arguments: stables)
    func stableToken_TakesJSONAlone(
        method: HTTPRequest.Method, query: String, body: String?, errcode: Int?
    ) async throws {
        let reply = try await ask(method, "/cgi-bin/stable_token\(query)", type: Self.form, body: body)
        #expect(try reply.int("errcode") == errcode)
    }
}
