/// An absolute `http` or `https` URL whose query stays out of every description.
///
/// WeChat wants secrets in the query, so nothing that prints, interpolates, dumps or mirrors this value shows more
/// than scheme, host, port and path. Only the transfer reads `text`.
///
/// The checks are strict on purpose: what passes is read in one way only, by us and by libcurl.
public struct RequestURL: Sendable, Hashable {
    /// The two schemes this client speaks.
    public enum Scheme: String, Sendable, Hashable {
        /// Plain text; for loopback and tests.
        case http
        /// TLS, the peer's certificate and name verified.
        case https
    }

    /// Why a text is not accepted as a URL.
    ///
    /// Holds no part of the text, which may contain a secret.
    public enum Flaw: Error, Sendable, Hashable {
        /// It does not begin with `http://` or `https://`.
        case scheme
        /// It holds a space, a control character, a backslash or a character outside ASCII.
        case character
        /// It holds a user name or a password.
        case userInformation
        /// It holds a fragment, which is never sent.
        case fragment
        /// The host is empty or badly written.
        case host
        /// The port is not a number from 1 to 65535.
        case port
    }

    /// `http` or `https`; the only scheme the transfer may use.
    public let scheme: Scheme
    /// The host as written, in lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port, if one is written.
    public let port: Int?
    /// The path, at least `/`.
    public let path: String
    /// What follows the first `?`.
    ///
    /// Secret.
    let query: String?
    /// The whole URL.
    ///
    /// Secret.
    let text: String

    /// Takes `text` apart, or names the first flaw.
    public init(_ text: String) throws(Flaw) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let scheme = Scheme(rawValue: text[..<colon].lowercased()), text[colon...].hasPrefix("://")
        else { throw .scheme }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { throw .character }
        guard !text.contains("#") else { throw .fragment }

        let afterScheme = text[colon...].dropFirst(3)
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .userInformation }
        let target = afterScheme[authority.endIndex...]
        let path = target.prefix { $0 != "?" }

        (host, port) = try Self.hostAndPort(authority)
        self.scheme = scheme
        self.path = path.isEmpty ? "/" : String(path)
        query = path.endIndex == target.endIndex ? nil : String(target[path.endIndex...].dropFirst())
        self.text = text
    }

    /// The same place with another path and query, both already encoded.
    init(_ other: RequestURL, path: String, query: String?) {
        scheme = other.scheme
        host = other.host
        port = other.port
        self.path = path
        self.query = query
        text = other.origin + path + (query.map { "?" + $0 } ?? "")
    }

    /// Whether a query is written, even an empty one.
    public var hasQuery: Bool { query != nil }

    /// Whether the host is this machine's loopback, written so that nobody has to resolve it to know:
    /// `localhost` (libcurl never asks DNS for it), `127.a.b.c` or `[::1]`.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy { UInt8($0) != nil && ($0.count == 1 || $0.first != "0") }
    }

    /// Scheme, host and port.
    private var origin: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.rawValue)://\(name)\(port.map { ":\($0)" } ?? "")"
    }

    private static func hostAndPort(_ authority: Substring) throws(Flaw) -> (host: String, port: Int?) {
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            host = authority.dropFirst().prefix { $0 != "]" }
            rest = authority[host.endIndex...].dropFirst()
            guard host.endIndex < authority.endIndex, host.contains(":"),
                host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { throw .host }
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority[host.endIndex...]
            guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) })
            else { throw .host }
        }
        if rest.isEmpty { return (host.lowercased(), nil) }
        guard rest.first == ":" else { throw .host }
        let digits = rest.dropFirst()
        guard digits.allSatisfy(\.isNumber), let port = Int(digits), (1...65_535).contains(port) else { throw .port }
        return (host.lowercased(), port)
    }
}

extension RequestURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Scheme, host, port and path; `?<redacted>` stands for a query.
    public var description: String { "\(origin)\(path)\(query == nil ? "" : "?<redacted>")" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows nothing but the description.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension RequestURL.Flaw: CustomStringConvertible {
    /// One sentence for whoever wrote the URL.
    public var description: String {
        switch self {
        case .scheme: "a URL must begin with http:// or https://"
        case .character: "a URL must hold only visible ASCII characters and no backslash"
        case .userInformation: "a URL must not hold a user name or a password"
        case .fragment: "a URL must not hold a fragment (#)"
        case .host: "the host is missing or badly written"
        case .port: "the port must be a number from 1 to 65535"
        }
    }
}
