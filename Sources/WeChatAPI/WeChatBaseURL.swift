public import CurlClient

/// Where WeChat is: `https://api.weixin.qq.com`, or a simulator's address.
///
/// The AppSecret and every token travel there, so it must be `https`; plain `http` only on this machine's loopback.
public struct WeChatBaseURL: Sendable, Hashable, CustomStringConvertible {
    /// Why an address is not accepted.
    public enum Flaw: Error, Sendable, Hashable {
        /// It is not a URL this program reads.
        case url(RequestURL.Flaw)
        /// It is `http` and not on loopback.
        case plainText
        /// It has a query.
        case query
    }

    /// The address, without a query.
    let url: RequestURL

    /// Checks `text`, or names the first flaw.
    public init(_ text: String) throws(Flaw) {
        do throws(RequestURL.Flaw) {
            url = try RequestURL(text)
        } catch {
            throw .url(error)
        }
        guard !url.hasQuery else { throw .query }
        guard url.scheme == .https || url.isLoopback else { throw .plainText }
    }

    /// The address.
    public var description: String { "\(url)" }
}

extension WeChatBaseURL.Flaw: CustomStringConvertible {
    /// One sentence for whoever wrote the address.
    public var description: String {
        switch self {
        case .url(let flaw): "\(flaw)"
        case .plainText:
            "it must begin with https://, because secrets travel there; "
                + "http:// is allowed only to localhost, 127.0.0.1 or [::1]"
        case .query: "it must not hold a query (?)"
        }
    }
}
