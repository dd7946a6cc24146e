/// One request, complete before it starts.
///
/// Nothing that prints this value shows a query, a header or the body.
public struct HTTPRequest: Sendable {
    /// The methods WeChat's and our own endpoints know.
    public enum Method: String, Sendable, Hashable {
        /// Sends no body.
        case get = "GET"
        /// Sends `body`, which may be empty.
        case post = "POST"
    }

    /// One header line.
    public struct Header: Sendable, Hashable {
        /// The name, a token as HTTP defines it.
        public let name: String
        /// The value, without line breaks.
        ///
        /// Secret.
        public let value: String

        /// Takes both as they are; `exchange` refuses a header that would break its line.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Where to.
    ///
    /// The transfer may use this URL's scheme and no other.
    public var url: RequestURL
    /// GET or POST.
    public var method: Method
    /// Sent as they are, besides those libcurl writes itself (`Host`, `Accept`, `Content-Length`).
    public var headers: [Header]
    /// Sent by POST only.
    public var body: [UInt8]
    /// A longer answer is broken off, in bytes.
    public var bodyLimit: Int
    /// A proxy's URL, which may hold a password; nil: none, whatever the environment says.
    ///
    /// Secret.
    public var proxy: String?
    /// A file of PEM certificates to trust instead of the system's.
    public var authorityFile: String?
    /// How long name lookup, TCP connection and TLS handshake may take together.
    public var connectTimeout: Duration
    /// Asked when the connection stands and nothing has been sent: the last place to say no.
    ///
    /// It runs on curl's thread, so it must not wait.
    public var mayBegin: @Sendable () -> Bool

    /// Where the way is short a connection takes milliseconds; a second is for one lost packet.
    public static let usualConnectTimeout = Duration.seconds(1)

    /// A GET of `url` with the usual limits, unless told otherwise.
    public init(
        _ url: RequestURL,
        method: Method = .get,
        headers: [Header] = [],
        body: [UInt8] = [],
        bodyLimit: Int = 64 * 1024,
        proxy: String? = nil,
        authorityFile: String? = nil,
        connectTimeout: Duration = Self.usualConnectTimeout,
        mayBegin: @escaping @Sendable () -> Bool = { true }
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.bodyLimit = bodyLimit
        self.proxy = proxy
        self.authorityFile = authorityFile
        self.connectTimeout = connectTimeout
        self.mayBegin = mayBegin
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Method and URL, the latter without its query.
    public var description: String { "\(method.rawValue) \(url)" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows nothing but the description.
    public var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}

extension HTTPRequest.Header: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name only.
    public var description: String { "\(name): <redacted>" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows nothing but the description.
    public var customMirror: Mirror { Mirror(self, children: ["header": description]) }

    /// Whether it makes exactly one line: the name is a token (RFC 9110, 5.6.2), the value has no control character.
    var isOneLine: Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
            && value.utf8.allSatisfy { ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7F }
    }
}
