/// Where a Redis stands and who we are to it: `redis://[user][:password@]host[:port][/database]`.
///
/// The user and the password are percent-decoded, an IPv6 address stands in brackets. Neither `description` nor any
/// error of the parser shows the password.
public struct RedisEndpoint: Sendable, Hashable {
    /// A name or an address, without brackets.
    public var host: String
    /// 1 to 65535; 6379 unless told.
    public var port: Int
    /// The ACL user; nil means `default`.
    public var user: String?
    /// Nil means that no `AUTH` is sent.
    public var password: RedisPassword?
    /// The number for `SELECT`; 0 is never selected explicitly.
    public var database: Int

    /// An endpoint from its parts; the parts are taken as they are.
    public init(
        host: String, port: Int = 6379, user: String? = nil, password: RedisPassword? = nil, database: Int = 0
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
    }

    /// Reads a `redis://` URL.
    public init(parsing url: String) throws(RedisEndpointError) {
        let rest = try Self.afterScheme(url)
        // The last "@" of the whole ends the credentials, even before a "/": no part of a password with a raw "/" or
        // "@" in it can then turn up as a host, in an error text for instance.
        let (credentials, location) = rest.splitLast(at: "@") ?? ("", rest)
        let (authority, path) = location.splitFirst(at: "/") ?? (location, "")
        (user, password) = try Self.credentials(credentials)
        (host, port) = try Self.hostAndPort(authority)
        database = try Self.database(path)
    }

    private static func afterScheme(_ url: String) throws(RedisEndpointError) -> Substring {
        guard let end = url.firstRange(of: "://") else { throw .scheme(found: nil) }
        switch url[..<end.lowerBound].lowercased() {
        case "redis": return url[end.upperBound...]
        case "rediss": throw .tlsNotSupported
        case let other: throw .scheme(found: other)
        }
    }

    private static func credentials(
        _ text: Substring
    ) throws(RedisEndpointError) -> (user: String?, password: RedisPassword?) {
        guard !text.isEmpty else { return (nil, nil) }
        let (rawUser, rawPassword) = text.splitFirst(at: ":") ?? (text, "")
        guard let user = rawUser.percentDecoded else { throw .percentEncoding(of: "user") }
        guard let password = rawPassword.percentDecoded else { throw .percentEncoding(of: "password") }
        guard !password.isEmpty else { throw .missingPassword }
        return (user.isEmpty ? nil : user, RedisPassword(password))
    }

    private static func hostAndPort(_ authority: Substring) throws(RedisEndpointError) -> (host: String, port: Int) {
        guard authority.first == "[" else {
            let (host, port) = authority.splitFirst(at: ":") ?? (authority, "6379")
            guard !host.isEmpty else { throw .missingHost }
            guard host.allSatisfy(\.isHostCharacter), !port.contains(":") else { throw .host(found: String(authority)) }
            return (String(host), try Self.port(port))
        }
        guard let end = authority.firstIndex(of: "]") else { throw .host(found: String(authority)) }
        let address = authority[authority.index(after: authority.startIndex)..<end]
        guard address.contains(":"), address.allSatisfy(\.isAddressCharacter) else {
            throw .host(found: String(authority))
        }
        let rest = authority[authority.index(after: end)...]
        guard rest.isEmpty || rest.first == ":" else { throw .host(found: String(authority)) }
        return (String(address), rest.isEmpty ? 6379 : try Self.port(rest.dropFirst()))
    }

    private static func port(_ text: Substring) throws(RedisEndpointError) -> Int {
        guard let port = text.plainNumber, (1...65535).contains(port) else { throw .port(found: String(text)) }
        return port
    }

    private static func database(_ text: Substring) throws(RedisEndpointError) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let database = text.plainNumber else { throw .database(found: String(text)) }
        return database
    }
}

extension RedisEndpoint: CustomStringConvertible {
    /// The URL with its password blacked out; fit for a log.
    public var description: String {
        let credentials = password.map { "\(user ?? ""):\($0)@" } ?? ""
        return "redis://\(credentials)\(address)\(database == 0 ? "" : "/\(database)")"
    }

    /// `host:port`, with brackets where they are needed.
    public var address: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension Substring {
    fileprivate func splitFirst(at separator: Character) -> (Substring, Substring)? {
        firstIndex(of: separator).map { (self[..<$0], self[index(after: $0)...]) }
    }

    fileprivate func splitLast(at separator: Character) -> (Substring, Substring)? {
        lastIndex(of: separator).map { (self[..<$0], self[index(after: $0)...]) }
    }

    /// A number of one to five ASCII digits, without a sign.
    fileprivate var plainNumber: Int? {
        (1...5).contains(utf8.count) && utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(self) : nil
    }

    /// Nil where a "%" is not followed by two hexadecimal digits, or where the result is not UTF-8.
    fileprivate var percentDecoded: String? {
        var decoded: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else {
                return nil
            }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}

extension Character {
    fileprivate var isHostCharacter: Bool { isASCII && (isLetter || isNumber || "-._".contains(self)) }
    fileprivate var isAddressCharacter: Bool { isASCII && (isHexDigit || ":.%".contains(self) || isLetter) }
}

extension UInt8 {
    fileprivate var hexadecimalValue: UInt8? {
        Character(UnicodeScalar(self)).isASCII ? Character(UnicodeScalar(self)).hexDigitValue.map(UInt8.init) : nil
    }
}
