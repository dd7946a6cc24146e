/// An errcode with its literal text, as captured from WeChat or stated on its pages.
public struct WeChatError: Error, Equatable, Sendable {
    /// The errcode.
    public let code: Int
    /// The errmsg without its `rid`.
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

    /// A token reply.
    ///
    /// `expiresIn` is written as it stands; nil leaves the field out.
    static func token(_ token: String, expiresIn: String?) -> String {
        let life = expiresIn.map { #","expires_in":\#($0)"# } ?? ""
        return #"{"access_token":"\#(token)"\#(life)}"#
    }
}
