/// Why an exchange brought no answer.
///
/// There are two cases because there are two reactions.
public enum CurlError: Error, Sendable, Equatable {
    /// No byte of the request left this machine; whoever asked may ask again as if nothing had happened.
    case notSent(Reason)
    /// The request, or a part of it, may have left. The server may have acted on it, or not, or still act.
    case unknown(Reason)

    /// What went wrong, whichever case it is.
    public var reason: Reason {
        switch self {
        case .notSent(let reason), .unknown(let reason): reason
        }
    }
}

extension CurlError {
    /// What went wrong, in a form that may be logged: no query, no header and no body appears in it.
    public struct Reason: Sendable, Equatable {
        /// What kind of trouble it was.
        public let cause: Cause
        /// libcurl's `CURLcode`, 0 if libcurl had no part in it.
        public let code: Int
        /// One sentence, at most 200 visible ASCII characters.
        public let text: String

        init(_ cause: Cause, code: Int = 0, _ text: String) {
            self.cause = cause
            self.code = code
            self.text = text
        }
    }

    /// The kinds of trouble.
    public enum Cause: String, Sendable, Hashable {
        /// The host's or the proxy's name could not be resolved.
        case name
        /// No connection: refused, unreachable, or not there within the connect time-out.
        case connection
        /// The TLS handshake failed, above all because the certificate was not acceptable.
        case tls
        /// `mayBegin` said no.
        case check
        /// The deadline passed.
        case deadline
        /// The caller's task was cancelled.
        case cancelled
        /// The client is stopping or has stopped.
        case stopping
        /// The limit of transfers in flight was reached.
        case crowded
        /// The request itself cannot be sent: a header with a line break, a certificate file that is not there.
        case request
        /// The answer was longer than the limit of its body or of its headers.
        case tooLarge
        /// The connection broke, or brought no answer, half an answer or no HTTP.
        case answer
    }
}

extension CurlError: CustomStringConvertible {
    /// One sentence that may be logged.
    public var description: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason)"
        case .unknown(let reason): "outcome unknown: \(reason)"
        }
    }
}

extension CurlError.Reason: CustomStringConvertible {
    /// The sentence, and libcurl's code if there is one.
    public var description: String { code == 0 ? text : "\(text) (curl \(code))" }
}
