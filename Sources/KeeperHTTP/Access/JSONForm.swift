internal import Foundation
internal import HTTPTypes
internal import NIOCore

/// The JSON body that an endpoint takes.
struct JSONForm<Fields: Decodable & Sendable>: Sendable {
    /// An example, for a caller that sends something else.
    let example: String
    /// Whether no body at all is as good as an object without members.
    let isOptional: Bool

    /// A form whose `example` goes on after "the body must be JSON, ".
    init(_ example: String, isOptional: Bool = false) {
        self.example = example
        self.isOptional = isOptional
    }

    /// What the body says.
    func fields(in body: ByteBuffer) throws(RequestFailure) -> Fields {
        let isLeftOut = isOptional && body.readableBytes == 0
        let object = isLeftOut ? Data("{}".utf8) : Data(body.readableBytesView)
        do {
            return try JSONDecoder().decode(Fields.self, from: object)
        } catch {
            throw RequestFailure(.badRequest, "the body must be JSON, \(example)")
        }
    }
}
