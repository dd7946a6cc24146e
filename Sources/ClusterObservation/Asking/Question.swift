internal import Foundation
package import NIOHTTP1

/// A question to a node or to the load balancer.
package struct Question: Sendable {
    package var method = HTTPMethod.GET
    package var path: String
    package var key: String?
    package var body: String?

    package static func get(_ path: String, key: String? = nil) -> Question { Question(path: path, key: key) }

    package static func post(_ path: String, _ fields: [String: String], key: String) throws -> Question {
        let body = String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
        return Question(method: .POST, path: path, key: key, body: body)
    }
}

/// An answer of a node or of the load balancer.
package struct Answer: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: String

    /// What anybody here looks at in the bodies.
    package struct Fields: Decodable {
        package var access_token: String?
        package var ticket: String?
        package var expires_in: Int?
        package var stale: Bool?
        package var refreshed: Bool?
        package var still_valid: Bool?
        package var errcode: Int?
        /// Of `/jssdk/config`.
        package var appId: String?
        package var timestamp: Int?
        package var nonceStr: String?
        package var signature: String?
    }

    package var fields: Fields { (try? JSONDecoder().decode(Fields.self, from: Data(body.utf8))) ?? Fields() }
    package var token: String? { fields.access_token }
    package var node: String? { headers.first(name: "X-Wxkeeper-Node") }
    package var retryAfter: Int? { headers.first(name: "Retry-After").flatMap { Int($0) } }
    /// Whether the connection ends with this answer.
    package var isLast: Bool { headers.first(name: "Connection") == "close" }
}

/// The connection ended, or too much time passed, before the answer was there.
package struct NoAnswer: Error {
    package init() {}
}

/// `GET /health`, as far as anybody here looks at it.
package struct Health: Decodable, Sendable {
    package struct Apps: Decodable, Sendable {
        package struct Ill: Decodable, Sendable {
            package var appid: String
            package var errcode: Int?
        }
        package var ill: [Ill]
    }
    package var role: String
    package var epoch: UInt64
    package var leader: String?
    package var apps: Apps
}
