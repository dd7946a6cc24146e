/// What is wrong with a Redis URL: what was found and what is allowed, never the password.
public enum RedisEndpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The URL does not begin with `redis://`; nil when it has no scheme at all.
    case scheme(found: String?)
    /// The URL begins with `rediss://`.
    case tlsNotSupported
    /// Nothing stands where the host should be.
    case missingHost
    /// The host is no name and no address.
    case host(found: String)
    /// The port is no number from 1 to 65535.
    case port(found: String)
    /// What follows the host is no database number.
    case database(found: String)
    /// A user is named without a password.
    case missingPassword
    /// A "%" is not followed by two hexadecimal digits.
    case percentEncoding(of: String)

    /// One sentence for the person who wrote the URL.
    public var description: String {
        switch self {
        case .scheme(nil):
            "the Redis URL has no scheme; allowed: redis://[user][:password@]host[:port][/database]"
        case .scheme(let found?):
            "the Redis URL begins with \"\(found)://\"; allowed: redis://"
        case .tlsNotSupported:
            "TLS not supported: the Redis URL begins with \"rediss://\"; allowed: redis://, if need be through a tunnel"
        case .missingHost:
            "the Redis URL has no host; allowed: a name, an IPv4 address, an IPv6 address in brackets"
        case .host(let found):
            "the host of the Redis URL is \"\(found)\"; allowed: a name, an IPv4 address, an IPv6 address in brackets"
        case .port(let found):
            "the port of the Redis URL is \"\(found)\"; allowed: a number from 1 to 65535"
        case .database(let found):
            "the database of the Redis URL is \"\(found)\"; allowed: a number such as 0"
        case .missingPassword:
            "the Redis URL names a user without a password; allowed: user:password@ or :password@"
        case .percentEncoding(let part):
            "the \(part) of the Redis URL has a \"%\" without two hexadecimal digits; write %25 for a percent sign"
        }
    }
}
