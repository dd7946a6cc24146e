/// What an SDK sends when its question for a token, and nothing else of it, is pointed at the cluster.
///
/// Methods, paths, headers and bodies are those of the SDK's HTTP library, as they are on the wire.
struct SDKReplay: Sendable, CustomStringConvertible {
    let sdk: String
    let head: String
    let headers: [String]
    let body: String
    let expects: Expected

    /// What the SDK parses, and so what must be there.
    enum Expected {
        /// `access_token` and `expires_in`; an `errcode` that is not 0 would be an error.
        case token
        /// The same, and `errcode` 0 with `errmsg`.
        case corporationToken
        /// `ticket` and `expires_in`, with `errcode` 0 and `errmsg`.
        case ticket
    }

    var description: String { "\(sdk): \(head)" }

    private init(
        _ sdk: String, _ head: String, _ headers: [String], _ body: String = "", _ expects: Expected = .token
    ) {
        self.sdk = sdk
        self.head = head
        self.headers = headers
        self.body = body
        self.expects = expects
    }

    /// The whole request.
    ///
    /// A POST says how long it is, in the place where libraries say it: after their own headers.
    var text: String {
        let length = head.hasPrefix("POST") ? ["Content-Length: \(body.utf8.count)"] : []
        return (["\(head) HTTP/1.1", "Host: keeper.internal"] + headers + length).joined(separator: "\r\n")
            + "\r\n\r\n" + body
    }

    /// The same of a caller whose secret is not good, for any app.
    var refused: SDKReplay {
        func spoiled(_ text: String) -> String {
            text.replacing("shop-key", with: "no-key").replacing("corp-key", with: "no-key").replacing(
                "access_token=TOKEN", with: "access_token=OTHER")
        }
        return SDKReplay(sdk, spoiled(head), headers, spoiled(body), expects)
    }

    // MARK: HTTP libraries

    private static let apache = [
        "Connection: Keep-Alive", "User-Agent: Apache-HttpClient/4.5.13 (Java/1.8.0_392)",
        "Accept-Encoding: gzip,deflate",
    ]
    private static let okHttp = ["Connection: Keep-Alive", "Accept-Encoding: gzip", "User-Agent: okhttp/4.12.0"]
    private static let jodd = ["Connection: Close", "User-Agent: Jodd HTTP"]
    private static let go = ["User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"]
    private static let requests = [
        "User-Agent: python-requests/2.32.3", "Accept-Encoding: gzip, deflate", "Accept: */*",
        "Connection: keep-alive",
    ]
    private static let symfony = [
        "Accept: */*", "User-Agent: Symfony HttpClient (Curl)", "Accept-Encoding: gzip",
    ]
    private static let httpx = ["user-agent: httpx/2.2.7 Node.js(v18.19.0)", "Connection: keep-alive"]
    private static let unirest = ["accept: application/json", "Connection: close"]
    private static let flurl = ["User-Agent: SKIT.FlurlHttpClient.Wechat.Api", "Accept: application/json"]
    private static let senparc = [
        "Accept: text/html, application/xhtml+xml, application/xml; q=0.9, image/webp, */*; q=0.8",
        "User-Agent: Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36", "Connection: Keep-Alive",
    ]

    private static func type(_ type: String) -> [String] { ["Content-Type: \(type)"] }

    // MARK: What is asked

    private static let token = "/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=shop-key"
    private static let sortedToken = "/cgi-bin/token?appid=wx1&grant_type=client_credential&secret=shop-key"
    private static let stable = "POST /cgi-bin/stable_token"
    private static let ticket = "/cgi-bin/ticket/getticket?access_token=TOKEN&type=jsapi"
    private static let typeFirstTicket = "/cgi-bin/ticket/getticket?type=jsapi&access_token=TOKEN"
    private static let corporation = "/cgi-bin/gettoken?corpid=ww1&corpsecret=corp-key"

    private static func login(_ more: String = #","force_refresh":false"#) -> String {
        #"{"grant_type":"client_credential","appid":"wx1","secret":"shop-key"\#(more)}"#
    }

    static let all: [SDKReplay] =
        java + php + golang + python + node + dotNet + [
            // Programs without an SDK, as they are written in many places.
            SDKReplay(
                "a form", "POST /cgi-bin/token", type("application/x-www-form-urlencoded"),
                "grant_type=client_credential&appid=wx1&secret=shop-key"),
            SDKReplay("a POST without a body", "POST \(token)", ["Accept: */*"]),
            SDKReplay(
                "a form for the ticket", "POST /cgi-bin/ticket/getticket",
                type("application/x-www-form-urlencoded"), "access_token=TOKEN&type=jsapi", .ticket),
            SDKReplay("a word for a truth", stable, type("application/json"), login(#","force_refresh":"false""#)),
            SDKReplay("a number for a truth", stable, type("application/json"), login(#","force_refresh":0"#)),
            SDKReplay("a key of its own", stable, type("application/json"), login(#","force_update":true"#)),
        ]

    private static let java = [
        SDKReplay("WxJava, Apache", "GET \(token)", apache),
        SDKReplay("WxJava, Apache", stable, type("application/json; charset=UTF-8") + apache, login()),
        SDKReplay("WxJava, Apache", "GET \(typeFirstTicket)", apache, "", .ticket),
        SDKReplay("WxJava, OkHttp", "GET \(token)", okHttp),
        SDKReplay("WxJava, OkHttp", stable, type("application/json; charset=utf-8") + okHttp, login()),
        SDKReplay("WxJava, Jodd", "GET \(token)", jodd),
        SDKReplay("WxJava, Jodd", stable, jodd + type("application/json; charset=UTF-8"), login()),
        SDKReplay("WxJava cp, Apache", "GET \(corporation)", apache, "", .corporationToken),
    ]

    private static let php = [
        SDKReplay("EasyWeChat", "GET \(token)", symfony),
        SDKReplay("EasyWeChat", stable, type("application/json") + symfony, login()),
        SDKReplay("EasyWeChat", "GET \(typeFirstTicket)", symfony, "", .ticket),
        SDKReplay("EasyWeChat Work", "GET \(corporation)", symfony, "", .corporationToken),
    ]

    private static let golang = [
        SDKReplay("silenceper/wechat", "GET \(token)", go),
        SDKReplay(
            "silenceper/wechat", stable, type("application/json;charset=utf-8") + go,
            #"{"appid":"wx1","force_refresh":false,"grant_type":"client_credential","secret":"shop-key"}"#),
        SDKReplay("silenceper/wechat", "GET \(ticket)", go, "", .ticket),
        SDKReplay("silenceper/wechat", "GET \(corporation)", go, "", .corporationToken),
        SDKReplay("PowerWeChat", "GET \(sortedToken)", go),
        SDKReplay("PowerWeChat 3.4.16", "GET /\(sortedToken)", go),
        SDKReplay("PowerWeChat", "GET \(ticket)", go, "", .ticket),
        SDKReplay("PowerWeChat", "GET \(corporation)", go, "", .corporationToken),
        SDKReplay("chanxuehong/wechat", "GET \(token)", go),
        SDKReplay("chanxuehong/wechat", "GET \(typeFirstTicket)", go, "", .ticket),
        SDKReplay("go-workwx", "GET \(corporation)", go, "", .corporationToken),
    ]

    private static let python = [
        SDKReplay("wechatpy", "GET \(token)", requests),
        SDKReplay("wechatpy", "GET \(typeFirstTicket)", requests, "", .ticket),
        SDKReplay("wechatpy.work", "GET \(corporation)", requests, "", .corporationToken),
        SDKReplay("WeRoBot", "GET \(token)", requests),
    ]

    private static let node = [
        SDKReplay("co-wechat-api", "GET \(token)", httpx),
        SDKReplay("co-wechat-api", "GET \(ticket)", httpx, "", .ticket),
        SDKReplay(
            "wechaty", "GET /token?grant_type=client_credential&appid=wx1&secret=shop-key", unirest),
    ]

    private static let dotNet = [
        SDKReplay("Senparc", "GET \(token)", senparc),
        SDKReplay(
            "Senparc", stable,
            senparc + type("application/json") + ["UserAgent: Mozilla/5.0", "Timeout: 10000", "KeepAlive: true"],
            login()),
        SDKReplay(
            "Senparc, .NET Framework", stable, type("application/json") + ["Expect: 100-continue"] + senparc, login()),
        SDKReplay("SKIT", "GET \(token)", flurl),
        SDKReplay("SKIT", stable, flurl + type("application/json; charset=utf-8"), login("")),
        SDKReplay("SKIT", "GET \(ticket)", flurl, "", .ticket),
        SDKReplay("SKIT Work", "GET \(corporation)", flurl, "", .corporationToken),
    ]
}
