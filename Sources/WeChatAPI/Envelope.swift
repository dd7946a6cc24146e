internal import Foundation
internal import KeeperCore

/// What every reply of WeChat has in common, read strictly: the HTTP status says nothing about success (a refusal
/// comes with 200), and `errcode` may be absent from a success.
enum Envelope {
    /// A JSON object with status 200. `errcode` is 0 if it is absent.
    case object(Fields)
    /// Anything else, described without quoting it.
    case noUse(String)

    struct Fields {
        let errcode: Int
        let errmsg: String
        /// `access_token`; nil if absent or null.
        let token: CredentialField?
        /// `ticket`; nil if absent or null.
        let ticket: CredentialField?
        /// nil if absent, not a whole number, or beyond `Int`.
        let expiresIn: Int?
    }

    /// A token or a ticket as it stands there.
    enum CredentialField: Equatable {
        case text(String)
        case notText
    }

    init(status: Int, body: [UInt8]) {
        guard status == 200 else {
            self = .noUse("HTTP status \(status), \(body.count) bytes")
            return
        }
        do {
            self = .object(try JSONDecoder().decode(Fields.self, from: Data(body)))
        } catch {
            // The error would quote the reply.
            self = .noUse("\(body.count) bytes that are not the JSON object expected")
        }
    }
}

extension Envelope.Fields: Decodable {
    private enum Key: String, CodingKey {
        case errcode
        case errmsg
        case accessToken = "access_token"
        case ticket
        case expiresIn = "expires_in"
    }

    /// A code that is no whole number makes the reply one of no use; words that are no text are only left out.
    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        errcode = object.contains(.errcode) ? try object.decode(Int.self, forKey: .errcode) : 0
        errmsg = (try? object.decode(String.self, forKey: .errmsg)) ?? ""
        expiresIn = try? object.decode(Int.self, forKey: .expiresIn)
        token = try Self.credential(.accessToken, in: object)
        ticket = try Self.credential(.ticket, in: object)
    }

    private static func credential(
        _ key: Key, in object: KeyedDecodingContainer<Key>
    ) throws -> Envelope.CredentialField? {
        if try !object.contains(key) || object.decodeNil(forKey: key) { return nil }
        return (try? object.decode(String.self, forKey: key)).map { .text($0) } ?? .notText
    }
}
