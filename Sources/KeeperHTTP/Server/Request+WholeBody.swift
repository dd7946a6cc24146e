internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes

extension Request {
    /// The whole body, if it has at most `limit` bytes; otherwise throws `NIOTooManyBytesError`.
    ///
    /// A caller that waits to be asked for the body is asked, unless it has said that it is too long.
    func wholeBody(upTo limit: Int, from channel: any Channel) async throws -> ByteBuffer {
        // One that no integer holds is too long as well; that it is a number the parser has seen.
        if let length = headers[.contentLength], (Int(length) ?? .max) > limit {
            throw NIOTooManyBytesError(maxBytes: limit)
        }
        if headers[.expect] != nil {
            channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
        }
        return try await body.collect(upTo: limit)
    }
}
