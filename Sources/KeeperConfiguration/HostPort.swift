internal import Foundation

/// A host and a port, `10.0.0.11:2130` or `[::1]:2130`.
package struct HostPort: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    package var host: String
    package var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `text`; nil if it is not a host and a port from 1 to 65535, or has no port and there is no default.
    package init?(_ text: some StringProtocol, defaultPort: Int? = nil) {
        let portText: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = String(text[..<end].dropFirst())
            portText = Substring(text[end...].dropFirst())
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = String(text[..<colon])
            portText = Substring(text[colon...])
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { return nil }
        }
        guard host.utf8.count <= 253 else { return nil }
        guard portText.isEmpty == false else {
            guard let defaultPort else { return nil }
            port = defaultPort
            return
        }
        let digits = portText.dropFirst()
        guard portText.first == ":", digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether another machine could use this host to find one machine: false for `0.0.0.0` and `::`.
    package var isConcrete: Bool { !["0.0.0.0", "::", "0", "::0"].contains(host) }

    /// Whether the host is this machine itself.
    package var isLoopback: Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopbackAddress = octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
        return host == "localhost" || host == "::1" || isLoopbackAddress
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// The parts of a URL that the configuration looks at.
///
/// Foundation's `URL` accepts far more than we want to allow.
struct URLParts: Sendable, Equatable {
    var scheme: String
    /// What stands before the `@`; may hold a password.
    var userInfo: String?
    var authority: HostPort
    /// From the first slash on, or empty.
    var path: String

    /// Reads `scheme://[userinfo@]host[:port][/path]`; nil for anything else, a query or a fragment too.
    /// - Parameter defaultPorts: the ports of the schemes that have one.
    init?(_ text: String, defaultPorts: [String: Int]) {
        guard text.utf8.count <= ConfigurationLimit.urlCharacters, let scheme = Self.scheme(of: text),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains(where: { $0 == "?" || $0 == "#" })
        else { return nil }
        self.scheme = scheme
        let rest = text.dropFirst(scheme.count + 3)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        path = String(rest[slash...])
        var authorityText = rest[..<slash]
        if let at = authorityText.lastIndex(of: "@") {
            userInfo = String(authorityText[..<at])
            authorityText = authorityText[at...].dropFirst()
        }
        guard let authority = HostPort(authorityText, defaultPort: defaultPorts[scheme]) else { return nil }
        self.authority = authority
    }

    /// The scheme of `text`, if it has one that is safe to show: a few small letters before `://`.
    static func scheme(of text: String) -> String? {
        guard let colon = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<colon.lowerBound]
        guard (1...10).contains(scheme.count), scheme.allSatisfy({ ("a"..."z").contains($0) }) else { return nil }
        return String(scheme)
    }
}

/// Where the cluster's Redis is, read from a `redis://` URL.
package struct RedisLocation: Sendable, Equatable {
    package var address: HostPort
    package var user: String?
    package var password: Secret?
    package var database: Int

    enum Failure: Error, Equatable {
        case tls, scheme, shape, userInfo, database
    }

    init(address: HostPort, user: String? = nil, password: Secret? = nil, database: Int = 0) {
        self.address = address
        self.user = user
        self.password = password
        self.database = database
    }

    /// Reads `redis://[user[:password]@]host[:port][/database]`, user and password percent-encoded.
    init(url: String) throws(Failure) {
        let scheme = URLParts.scheme(of: url)
        if scheme == "rediss" { throw .tls }
        guard scheme == "redis" else { throw .scheme }
        guard let parts = URLParts(url, defaultPorts: ["redis": 6379]) else { throw .shape }
        address = parts.authority
        if let userInfo = parts.userInfo {
            let fields = userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = fields.compactMap { $0.removingPercentEncoding }
            guard decoded.count == fields.count else { throw .userInfo }
            user = decoded[0].isEmpty ? nil : decoded[0]
            password = decoded.count == 2 && !decoded[1].isEmpty ? Secret(decoded[1]) : nil
            guard user == nil || password != nil else { throw .userInfo }
        }
        let databaseText = parts.path.dropFirst()
        guard databaseText.isEmpty || databaseText.allSatisfy({ ("0"..."9").contains($0) }),
            let database = databaseText.isEmpty ? 0 : Int(databaseText), (0...1023).contains(database)
        else { throw .database }
        self.database = database
    }
}
