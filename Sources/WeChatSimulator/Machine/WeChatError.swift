/// An errcode with its literal text, as captured from WeChat or stated on its pages.
public struct WeChatError: Error, Equatable, Sendable {
    /// The errcode.
    public let code: Int
    /// The errmsg without its `rid`, or WeCom's `hint`.
    public let text: String

    /// An error of this code and text.
    public init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    /// The reply's body.
    func body(rid: String) -> String {
        #"{"errcode":\#(code),"errmsg":\#(JSONText.quoted(text + " rid: " + rid))}"#
    }

    /// The reply's body, as WeCom has it.
    func body(hint: String, from address: String) -> String {
        let origin = "hint: [\(hint)], from ip: \(address)"
        let help = "more info at https://open.work.weixin.qq.com/devtool/query?e=\(code)"
        return #"{"errcode":\#(code),"errmsg":\#(JSONText.quoted("\(text), \(origin), \(help)"))}"#
    }

    static let invalidAppID = WeChatError(code: 40013, text: "invalid appid")
    static let invalidSecret = WeChatError(code: 40125, text: "invalid appsecret,")
    static let invalidGrantType = WeChatError(code: 40002, text: "invalid grant_type")
    static let appIDMissing = WeChatError(code: 41002, text: "appid missing")
    static let secretMissing = WeChatError(code: 41004, text: "appsecret missing")
    static let tokenMissing = WeChatError(code: 41001, text: "access_token missing")
    static let tokenExpired = WeChatError(code: 42001, text: "access_token expired")
    static let getRequired = WeChatError(code: 43001, text: "require GET method")
    static let postRequired = WeChatError(code: 43002, text: "require POST method")
    static let malformedJSON = WeChatError(code: 47001, text: "data format error")
    static let minuteQuota = WeChatError(
        code: 45011,
        text: "api minute-quota reach limit, must slower, retry next minute"
    )
    static let dailyQuota = WeChatError(code: 45009, text: "reach max api daily quota limit")
    static let classicDailyQuota = WeChatError(
        code: 45009,
        text: "reach max api daily quota limit, \(preferStable)"
    )
    static let tokenInvalid = WeChatError(
        code: 40001,
        text: "invalid credential, access_token is invalid or not latest, \(preferStable)"
    )

    /// A `type` of ticket that there is not.
    ///
    /// The code is likely, not captured.
    static let invalidArguments = WeChatError(code: 40097, text: "invalid args")

    // WeCom's, where 40001 is a wrong secret.
    static let invalidCredential = WeChatError(code: 40001, text: "invalid credential")
    static let invalidCorporation = WeChatError(code: 40013, text: "invalid corpid")
    static let weComTokenInvalid = WeChatError(code: 40014, text: "invalid access_token")
    static let invalidParameter = WeChatError(code: 40058, text: "invalid Request Parameter")
    static let corporationMissing = WeChatError(code: 41002, text: "corpid missing")
    static let corporationSecretMissing = WeChatError(code: 41004, text: "corpsecret missing")

    static func addressRefused(_ address: String) -> WeChatError {
        WeChatError(code: 40164, text: "invalid ip \(address) ipv6 ::ffff:\(address), not in whitelist")
    }

    private static let preferStable =
        "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
}

/// The little JSON that the machine writes itself, because faults need bodies that no encoder would write.
enum JSONText {
    /// A JSON string with its quotation marks.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += #"\""#
            case "\\": result += #"\\"#
            case _ where scalar.value < 0x20:
                result += #"\u"# + String(hexadecimal(scalar.value).suffix(4))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A reply that gives a token or a ticket.
    ///
    /// `expiresIn` is written as it stands; nil leaves the field out. WeCom and all tickets say that it is a success.
    static func success(_ field: String, _ value: String, expiresIn: String?, saysOK: Bool) -> String {
        let ok = saysOK ? #""errcode":0,"errmsg":"ok","# : ""
        let life = expiresIn.map { #","expires_in":\#($0)"# } ?? ""
        return #"{\#(ok)"\#(field)":"\#(value)"\#(life)}"#
    }
}
