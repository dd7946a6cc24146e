internal import Crypto
internal import KeeperCore

/// WeChat's signatures over a ticket.
///
/// SHA-1 is WeChat's choice, not ours.
enum JSSignature {
    /// What `wx.config` and `wx.agentConfig` are given for a page: names in order, values as they are, nothing escaped.
    ///
    /// Source: the appendix of the JS-SDK's guide, with its example; WeCom's is the same.
    static func page(_ url: String, ticket: Token, nonce: String, timestamp: Int64) -> String {
        digest("jsapi_ticket=\(ticket.secret)&noncestr=\(nonce)&timestamp=\(timestamp)&url=\(withoutFragment(url))")
    }

    /// What a card is added with: the values alone, sorted by their bytes, one after the other.
    ///
    /// Source: the signature tool of the card sandbox, with its example.
    static func card(_ values: [String], ticket: Token) -> String {
        let sorted = (values + [ticket.secret]).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return digest(sorted.joined())
    }

    /// A page's URL as it is signed: without `#` and what follows.
    static func withoutFragment(_ url: String) -> String { String(url.prefix { $0 != "#" }) }

    private static func digest(_ text: String) -> String {
        Insecure.SHA1.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
