internal import HTTPTypes
internal import Hummingbird
internal import NIOHTTP1

/// What the head of a request says about the connection, by RFC 9110 and 9112.
struct RequestTraits: Equatable {
    /// Whether the connection ends with its answer: the caller wants that, or speaks HTTP/1.0.
    ///
    /// A caller of that age which offers to keep the connection is not taken at its word; it must be ready for either.
    var isLast = false
    /// Whether NIO's decoder reads no further after it, since it offers another protocol.
    var stopsDecoder = false
    /// Whether the caller waits for `100 Continue` before it sends the body.
    var awaitsContinue = false
    /// What is known of the body's length.
    var body = Body.none

    /// The length of a body, as far as it matters here.
    enum Body {
        /// Nothing follows.
        case none
        /// It is read, or thrown away if nobody wants it.
        case short
        /// It is longer than any that is read here.
        case long
        /// It says itself where it ends.
        case chunked
    }

    /// Judges a head, and puts it into the form that the rest of the server knows.
    init(_ head: inout HTTPRequestHead) throws(RequestFailure) {
        let fields = RequestFields(head.headers)
        guard head.method != .CONNECT else {
            throw RequestFailure(.notImplemented, "this is no proxy: there is no CONNECT")
        }
        let isOld = head.version.minor == 0
        try Self.judgeHost(fields.hosts, isOld: isOld)
        head.uri = try Self.originForm(of: head.uri, head.method)
        body = try Self.body(fields, isOld: isOld)
        if body != .none { try Self.judgeCoding(fields) }
        if isOld {
            head.headers.remove(name: "expect")
        } else if fields.expectations.contains(where: { $0 != "100-continue" }) {
            throw RequestFailure(.expectationFailed, "all that may be expected is 100-continue")
        } else {
            awaitsContinue = body != .none && !fields.expectations.isEmpty
        }
        switch fields.offer {
        case .none: isLast = isOld || fields.connection.contains("close")
        case .clear:
            stopsDecoder = true
            isLast = isOld || fields.connection.contains("close")
        case .unclear: isLast = true
        }
        // What Hummingbird knows as the wish to close.
        if isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
    }

    private static func judgeHost(_ hosts: [String], isOld: Bool) throws(RequestFailure) {
        guard hosts.count <= 1 else { throw RequestFailure(.badRequest, "the header Host is given more than once") }
        guard let host = hosts.first else {
            guard isOld else { throw RequestFailure(.badRequest, "the header Host is missing") }
            return
        }
        // The characters of a name, an address or an IPv6 address in brackets, and the port.
        let isHost = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#"/?#@\,"<>"#.utf8.contains($0) }
        guard !host.isEmpty, isHost else { throw RequestFailure(.badRequest, "the header Host holds no host") }
    }

    /// What body there is; refuses one whose end callers and proxies might see elsewhere.
    private static func body(_ fields: RequestFields, isOld: Bool) throws(RequestFailure) -> Body {
        guard let coding = fields.transferEncoding else {
            // The parser has seen that the length is a number; one that no integer holds is long.
            guard let length = fields.contentLength else { return fields.hasContentLength ? .long : .none }
            return length == 0 ? .none : length <= Request.longestBody ? .short : .long
        }
        guard !isOld else { throw RequestFailure(.badRequest, "HTTP/1.0 knows no Transfer-Encoding") }
        guard !fields.hasContentLength else {
            throw RequestFailure(.badRequest, "the body is framed by both Content-Length and Transfer-Encoding")
        }
        guard coding == "chunked" else {
            throw RequestFailure(.notImplemented, "chunked is the only Transfer-Encoding understood")
        }
        return .chunked
    }

    private static func judgeCoding(_ fields: RequestFields) throws(RequestFailure) {
        guard let coding = fields.contentEncoding, coding != "identity", coding != "" else { return }
        throw RequestFailure(
            .unsupportedMediaType, "a body must not be compressed", headers: [.acceptEncoding: "identity"])
    }

    /// The target without scheme and host, which proxies are sent and every server must understand.
    private static func originForm(of target: String, _ method: HTTPMethod) throws(RequestFailure) -> String {
        if target.utf8.first == UInt8(ascii: "/") { return target }
        if target == "*", method == .OPTIONS { return target }
        let scheme = ["http://", "https://"].first { target.prefix($0.count).lowercased() == $0 }
        guard let scheme else {
            throw RequestFailure(.badRequest, "the target must be a path, or a URL of http or https")
        }
        let rest = target.dropFirst(scheme.count)
        let path = rest.drop { $0 != "/" && $0 != "?" }
        guard path.startIndex > rest.startIndex else { throw RequestFailure(.badRequest, "the target names no host") }
        return path.first == "/" ? String(path) : "/" + path
    }
}
