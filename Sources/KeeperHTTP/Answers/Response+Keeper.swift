internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import KeeperCore
internal import NIOCore

extension HTTPField.Name {
    private static func own(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
        return name
    }

    /// The node that answers.
    static let keeperNode = own("X-Wxkeeper-Node")
    /// The term of the token in an answer.
    static let keeperEpoch = own("X-Wxkeeper-Epoch")
    /// Proof that a request or an answer comes from a node of this cluster.
    static let keeperMAC = own("X-Wxkeeper-Mac")
    /// From where a page makes its browser ask (Fetch Metadata).
    static let secFetchSite = own("Sec-Fetch-Site")
    /// The header of that name, which is not among the standard ones.
    static let referrerPolicy = own("Referrer-Policy")
}

extension Response {
    /// An answer whose body was written by hand.
    init(json body: consuming JSONBytes, status: HTTPResponse.Status = .ok) {
        self.init(json: body.closed(), status: status)
    }

    /// An answer whose body is an object of JSON, as bytes.
    init(json body: ByteBuffer, status: HTTPResponse.Status = .ok) {
        self.init(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }

    /// An answer whose body is `document`, its keys in snake case and in order; what is nil is left out.
    init(encoding document: some Encodable, status: HTTPResponse.Status = .ok) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try ByteBuffer(bytes: encoder.encode(document))
        self.init(json: body, status: status)
    }

    /// What every answer carries.
    mutating func addCommonHeaders(of node: NodeName) {
        headers[.keeperNode] = node.rawValue
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
    }
}
