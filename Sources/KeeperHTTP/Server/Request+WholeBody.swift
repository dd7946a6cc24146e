internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes

extension Request {
    /// A longer body is read from nobody.
    static let longestBody = 16 * 1024

    /// The whole body, if it has at most `longestBody` bytes; otherwise throws `NIOTooManyBytesError`.
    ///
    /// A caller that waits to be asked for the body is asked, unless it has said that it is too long.
    func wholeBody(from channel: any Channel) async throws -> ByteBuffer {
        // One that no integer holds is too long as well; that it is a number the parser has seen.
        if let length = headers[.contentLength], (Int(length) ?? .max) > Self.longestBody {
            throw NIOTooManyBytesError(maxBytes: Self.longestBody)
        }
        if headers[.expect] != nil {
            channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
        }
        return try await body.collect(upTo: Self.longestBody)
    }
}
