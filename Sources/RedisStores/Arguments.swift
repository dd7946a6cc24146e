internal import KeeperCore
internal import RedisClient

extension Epoch {
    /// The number in digits.
    var argument: RedisArgument { RedisArgument(rawValue) }
}

extension Bool {
    /// "1" or "0".
    var argument: RedisArgument { self ? "1" : "0" }
}

extension Duration {
    /// Whole milliseconds, rounded down: for time that is left.
    var argument: RedisArgument { RedisArgument(milliseconds) }

    /// Whole milliseconds, rounded up: for time that has passed, or that must still pass.
    var argumentRoundedUp: RedisArgument {
        RedisArgument(milliseconds + (self > .milliseconds(milliseconds) ? 1 : 0))
    }
}

extension IntentID? {
    /// The intent as it stands in Redis; empty for none.
    var argument: RedisArgument { RedisArgument(self?.description ?? "") }
}
