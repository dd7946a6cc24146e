internal import KeeperCore
internal import RedisClient

extension RedisError {
    /// The first word of what the server said, if it said something.
    var code: String? {
        if case .rejected(let rejection) = self { rejection.code } else { nil }
    }
}

extension RedisRejection {
    /// Whether it concerns the connection rather than one command.
    ///
    /// Before Redis 7 the code of what a script ran into stands within the script's own error.
    var isAboutTheConnection: Bool {
        ["READONLY", "NOAUTH", "LOADING", "MASTERDOWN"].contains(refusal.code)
    }
}

extension StoreError {
    /// What a failed command means for the one who gave it.
    init(_ error: RedisError) {
        switch error {
        case .notSent(let reason): self = .unreachable(reason: reason)
        case .timedOut, .connectionLost, .cancelled: self = .timedOut
        case .rejected(let rejection): self = .rejected(rejection.refusal)
        }
    }
}
