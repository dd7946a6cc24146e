internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The parameters of a request to one of WeChat's GET paths, which WeChat takes as they come: in the query, and from a
/// POST also out of a form or of JSON.
///
/// The query goes before the body. A body that is nothing of the kind holds no parameters; what is missing is then said
/// as usual.
struct DropInFields {
    private var values: [String: String] = [:]

    /// The value, if it is there and not empty.
    subscript(name: String) -> String? { values[name] }

    /// Reads the parameters of `request`; by other methods than GET, HEAD and POST nobody asks WeChat.
    init(_ request: Request, _ channel: any Channel) async throws {
        switch request.method {
        case .get, .head: break
        case .post:
            guard let body = try? await request.wholeBody(upTo: ClientRequest.longestBody, from: channel) else {
                throw DropInFailure.badBody
            }
            for (name, value) in Self.fields(of: body, type: request.headers[.contentType] ?? "") {
                values[name] = value
            }
        default: throw DropInFailure.getRequired
        }
        for (name, value) in FormText.fields(request.uri.query ?? "", plusIsSpace: false) { values[name] = value }
    }

    /// By what the body looks like; what its type says is often wrong: curl calls everything a form.
    private static func fields(of body: ByteBuffer, type: String) -> [String: String] {
        if let object = LooseValue.object(in: body) { return object.compactMapValues { try? $0.text() } }
        let text = String(buffer: body)
        if let boundary = MultipartText.boundary(in: type) { return MultipartText.fields(text, boundary: boundary) }
        return FormText.fields(text, plusIsSpace: true)
    }
}
