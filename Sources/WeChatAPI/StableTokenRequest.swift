internal import Foundation
internal import KeeperCore

/// The body of `POST /cgi-bin/stable_token`, which reads its parameters from nowhere else.
struct StableTokenRequest {
    let app: AppID
    let secret: AppSecret
    /// Asks for a new token at once, at most 20 times a day; only for an operator.
    let isForced: Bool

    private struct Form: Encodable {
        let grantType = "client_credential"
        let appid: String
        let secret: String
        let forceRefresh: Bool

        enum CodingKeys: String, CodingKey {
            case grantType = "grant_type"
            case appid
            case secret
            case forceRefresh = "force_refresh"
        }
    }

    var body: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let form = Form(appid: app.rawValue, secret: secret.text, forceRefresh: isForced)
        guard let data = try? encoder.encode(form) else { preconditionFailure("strings and a Bool always encode") }
        return [UInt8](data)
    }
}
