internal import HTTPTypes
internal import KeeperCore

/// The body of `POST /token/refresh` and of `POST /operate/refresh`.
struct RefreshFields: Decodable, Sendable {
    /// A longer token is none.
    static let longestToken = 8 * 1024
    static let form = JSONForm<RefreshFields>(#"such as {"appid": "...", "access_token": "..."}"#)

    /// The app named, if any.
    var appid: String?
    private var accessToken: String?

    private enum CodingKeys: String, CodingKey {
        case appid
        case accessToken = "access_token"
    }

    /// The token that WeChat refused.
    func staleToken() throws(RequestFailure) -> Token {
        guard let token = accessToken, !token.isEmpty else {
            throw RequestFailure(.badRequest, "access_token is missing: name the token that WeChat refused")
        }
        guard token.utf8.count <= Self.longestToken else {
            throw RequestFailure(.badRequest, "access_token is longer than \(Self.longestToken) bytes")
        }
        return Token(token)
    }
}
