/// Why a command has no reply.
///
/// Each case asks for another reaction.
public enum RedisError: Error, Sendable, Equatable {
    /// No byte of the command has left: nothing has happened on the server. Try again on a new connection.
    case notSent(String)
    /// No reply came before the deadline. **The outcome is unknown**, and the connection is closed, so that a late
    /// reply cannot be taken for the answer to a later command.
    case timedOut
    /// The connection ended while the reply was outstanding. **The outcome is unknown.**
    case connectionLost(String)
    /// The calling task was cancelled. **The outcome is unknown**; the connection lives on and drops the late reply.
    case cancelled
    /// The server has answered with an error. The connection is good.
    case rejected(RedisRejection)
}

extension RedisError: CustomStringConvertible {
    /// One sentence for a log; holds no argument of the command.
    public var description: String {
        switch self {
        case .notSent(let reason): "the command was not sent to Redis: \(reason)"
        case .timedOut: "Redis did not answer before the deadline"
        case .connectionLost(let reason): "the connection to Redis was lost: \(reason)"
        case .cancelled: "the caller no longer waits for Redis"
        case .rejected(let rejection): "Redis rejected the command: \(rejection)"
        }
    }
}

/// An error reply of the server.
public struct RedisRejection: Sendable, Equatable, CustomStringConvertible {
    /// The first word, by which programs tell errors apart: `NOSCRIPT`, `READONLY`, `LOADING`, `WRONGPASS`, `ERR`.
    public let code: String
    /// The whole line, cut where Redis would repeat the arguments of the command: they may be secrets.
    public let description: String

    /// Reads an error line, such as `NOSCRIPT No matching script`.
    public init(_ line: String) {
        let echo = line.firstRange(of: "with args beginning with")
        let safe = echo.map { line[..<$0.lowerBound] } ?? line[...]
        description = String(safe.prefix(200))
        code = String(safe.prefix { $0 != " " }.prefix(40))
    }
}
