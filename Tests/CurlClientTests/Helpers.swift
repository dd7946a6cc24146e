import CurlClient

/// A secret long enough to be recognised, with characters that need an escape.
let secret = "s3cr3t-V3ry-S3cr3t-0123456789"

func url(_ port: Int, scheme: String = "http", host: String = "127.0.0.1") throws -> RequestURL {
    try RequestURL("\(scheme)://\(host):\(port)/cgi-bin/token?appid=wx1&secret=\(secret)")
}

extension ContinuousClock.Instant {
    /// A deadline that only a broken test meets.
    static var farAway: Self { now + .seconds(20) }
}

extension CurlClient {
    /// The outcome as a value, so that a test can look at either side.
    func outcome(
        _ request: HTTPRequest,
        before deadline: ContinuousClock.Instant = .farAway
    ) async -> Result<HTTPReply, CurlError> {
        do throws(CurlError) {
            return .success(try await exchange(request, before: deadline))
        } catch {
            return .failure(error)
        }
    }
}

extension Result where Success == HTTPReply, Failure == CurlError {
    /// The cause, if nothing was sent.
    var notSent: CurlError.Cause? {
        if case .failure(.notSent(let reason)) = self { reason.cause } else { nil }
    }

    /// The cause, if the outcome is unknown.
    var unknown: CurlError.Cause? {
        if case .failure(.unknown(let reason)) = self { reason.cause } else { nil }
    }

    var reply: HTTPReply? { try? get() }

    /// Everything this outcome can print.
    var printed: String {
        switch self {
        case .success(let reply):
            "\(reply) \(String(reflecting: reply)) \(dumped(reply))"
        case .failure(let error):
            "\(error) \(String(reflecting: error)) \(dumped(error))"
        }
    }
}

func dumped(_ value: Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
}

/// A port on which nobody listens (once tcpmux).
///
/// One that was free a moment ago may be another test's by now.
let deadPort = 1
