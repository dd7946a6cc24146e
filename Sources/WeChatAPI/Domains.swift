internal import CurlClient
internal import KeeperCore
internal import Synchronization

/// WeChat's domains, and which of them is asked first: the one that answered last.
final class Domains: Sendable {
    private let all: [WeChatBaseURL]
    private let first = Mutex(0)

    init(_ all: [WeChatBaseURL]) { self.all = all }

    subscript(index: Int) -> WeChatBaseURL { all[index] }

    /// In which order they are tried.
    var order: [Int] {
        let first = first.withLock { $0 }
        return Array(first..<all.count) + Array(0..<first)
    }

    /// This one answered.
    func prefer(_ index: Int) { first.withLock { $0 = index } }

    /// This one took the request and did not answer: the next call shall try another first.
    func avoid(_ index: Int, after error: CurlError) {
        guard error.contact == .failed else { return }
        first.withLock { if $0 == index { $0 = (index + 1) % all.count } }
    }
}

extension CurlError {
    /// What it says about the way to WeChat.
    var contact: Contact {
        switch reason.cause {
        case .name, .connection, .tls, .deadline, .answer: .failed
        case .tooLarge: .met
        case .check, .cancelled, .stopping, .crowded, .request: .untried
        }
    }
}

extension CurlError.Cause {
    /// Whether another domain may do better.
    var isOfTheWay: Bool {
        switch self {
        case .name, .connection, .tls: true
        default: false
        }
    }
}

extension Trouble {
    /// What libcurl had to say, which holds no secret.
    init(_ error: CurlError) { self.init(summary: "\(error)", contact: error.contact) }
}
