internal import Hummingbird
internal import KeeperCore

/// A failure as WeChat tells it: HTTP 200, an `errcode` and an `errmsg`.
///
/// SDKs know these codes and nothing else.
struct DropInFailure: Error {
    let errcode: Int
    let message: String

    init(_ errcode: Int, _ message: String) {
        self.errcode = errcode
        self.message = message
    }

    /// The answer to send.
    var response: Response {
        var body = JSONBytes()
        body.write("errcode", errcode)
        body.write("errmsg", message)
        return Response(json: body)
    }
}

extension DropInFailure {
    static let appIDMissing = DropInFailure(41_002, "appid missing")
    static let unknownApp = DropInFailure(40_013, "invalid appid: this cluster does not keep it")
    static let secretMissing = DropInFailure(41_004, "appsecret missing: give a client key of the cluster")
    static let wrongSecret = DropInFailure(
        40_125, "invalid appsecret: give a client key that may read this app, or set drop-in: appsecret for it")
    static let wrongGrantType = DropInFailure(40_002, "invalid grant_type: it must be client_credential")
    static let getRequired = DropInFailure(43_001, "require GET method")
    static let postRequired = DropInFailure(43_002, "require POST method")
    static let emptyBody = DropInFailure(44_002, "empty post data")
    static let badJSON = DropInFailure(47_001, "data format error: the body must be a JSON object")
    static let badBody = DropInFailure(
        47_001, "data format error: the body breaks off, or is longer than \(Request.longestBody) bytes")
    static let wrongFlag = DropInFailure(47_001, "data format error: force_refresh must be true or false")
    static let mayNotRefresh = DropInFailure(48_001, "api unauthorized: this key does not have the right to refresh")
    static let tokenMissing = DropInFailure(41_001, "access_token missing")
    static let unknownToken = DropInFailure(
        40_001, "invalid credential, access_token is invalid or not latest: this cluster does not serve it")
    static let wrongTicketType = DropInFailure(40_097, "invalid args: no such type of ticket")
    /// WeCom's words for its own two.
    static let unknownCorporation = DropInFailure(40_013, "invalid corpid: this cluster keeps no application of it")
    static let wrongCorporationSecret = DropInFailure(
        40_001, "invalid credential: give a client key for one application of this corporation")

    /// WeChat's "busy", for whatever passes by itself: an SDK asks again.
    static func busy(_ reason: String) -> DropInFailure { DropInFailure(-1, "system error: \(reason)") }
    /// WeChat's "slower".
    static let tooSoon = DropInFailure(45_011, "api minute-quota reach limit: this app was refreshed too recently")
}
