internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import NIOCore

/// A request that is not answered as asked: a true HTTP status and the body `{"errcode": N, "errmsg": "..."}`.
///
/// The code is WeChat's own where WeChat answered, otherwise the HTTP status. The message is for the caller's log: it
/// says what to do about it and holds no secret.
struct RequestFailure: Error {
    /// The HTTP status.
    var status: HTTPResponse.Status
    /// The body's `errcode`.
    var errcode: Int
    /// The body's `errmsg`.
    var message: String
    /// When asking again makes sense; told in whole seconds, at least one.
    var retryAfter: Duration?
    /// Further headers.
    var headers: HTTPFields

    /// Describes a failure; without an `errcode` the status is the code.
    init(
        _ status: HTTPResponse.Status, errcode: Int? = nil, _ message: String, retryAfter: Duration? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.errcode = errcode ?? status.code
        self.message = message
        self.retryAfter = retryAfter
        self.headers = headers
    }

    /// The body alone.
    var body: ByteBuffer { json.closed() }

    /// The answer to send.
    var response: Response {
        var response = Response(json: json, status: status)
        response.headers.append(contentsOf: headers)
        if let retryAfter { response.headers[.retryAfter] = String(Self.wholeSeconds(retryAfter)) }
        return response
    }

    private var json: JSONBytes {
        var body = JSONBytes()
        body.write("errcode", errcode)
        body.write("errmsg", message)
        return body
    }

    /// Rounded up, at least 1: a caller that obeys to the letter never comes too early.
    static func wholeSeconds(_ duration: Duration) -> Int64 {
        let whole = duration.wholeSeconds
        return max(1, duration > .seconds(whole) ? whole + 1 : whole)
    }
}

extension RequestFailure {
    /// No key, or one that nobody has.
    static var unauthorized: RequestFailure {
        RequestFailure(
            .unauthorized, "name yourself: Authorization: Bearer KEY, or Basic with your client id and key",
            headers: [.wwwAuthenticate: "Basic realm=\"wxkeeper\""])
    }

    /// The cluster keeps the app but has no token for it that is within its life.
    static func noToken(_ app: AppID) -> RequestFailure {
        RequestFailure(.serviceUnavailable, "there is no valid token of \(app) yet", retryAfter: .seconds(2))
    }

    /// Something of ours went wrong; the log knows what.
    static var internalError: RequestFailure {
        RequestFailure(.internalServerError, "something went wrong here; this node's log says what")
    }
}
