internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Where WeChat takes the fields of a request from, path by path.
enum DropInForm: Sendable {
    /// From the query, and from a POST also out of a form or of JSON.
    ///
    /// The query goes before the body. A body that is nothing of the kind holds no fields; what is missing is then said
    /// as usual.
    case anywhere
    /// From a JSON body and nowhere else.
    case jsonBody

    /// By other methods nobody asks WeChat.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .anywhere: [.get, .head, .post]
        case .jsonBody: [.post]
        }
    }

    /// What WeChat says to another method.
    var wrongMethod: DropInFailure {
        switch self {
        case .anywhere: .getRequired
        case .jsonBody: .postRequired
        }
    }

    /// Reads the fields of a request by one of `methods`.
    /// - Parameter body: the whole body of a POST.
    func fields(of request: Request, _ body: ByteBuffer?) throws(DropInFailure) -> DropInFields {
        switch self {
        case .anywhere:
            let type = request.headers[.contentType] ?? ""
            var fields = body.map { DropInFields(lenient: $0, type: type) } ?? DropInFields()
            fields.replace(with: FormText.fields(request.uri.query ?? "", plusIsSpace: false))
            return fields
        case .jsonBody:
            guard let body, body.readableBytes > 0 else { throw .emptyBody }
            guard let object = LooseValue.object(in: body) else { throw .badJSON }
            return DropInFields(object)
        }
    }
}
