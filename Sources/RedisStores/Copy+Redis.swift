internal import KeeperCore
internal import KeeperPorts
internal import RedisClient

extension Copy {
    /// What the script is given of it.
    var arguments: [RedisArgument] {
        let head = [
            RedisArgument(app.rawValue), epoch.argument, RedisArgument(version), RedisArgument(token.secret),
            left.argument, RedisArgument(keys.count),
        ]
        return head + keys.flatMap(\.arguments)
    }

    /// Reads whether the lease is the caller's.
    static func isDone(_ reader: inout ReplyReader) throws(StoreError) -> Bool {
        switch try reader.text() {
        case "denied": return false
        case "done": break
        default: throw ReplyReader.unreadable
        }
        let failure = try reader.optional { (reader: inout ReplyReader) throws(StoreError) in try reader.text() }
        if let failure { throw .rejected(RedisRejection(failure).refusal) }
        return true
    }
}

extension CopyKey {
    fileprivate var arguments: [RedisArgument] {
        switch content {
        case .token: ["token", 0]
        case .quotedToken: ["quoted", 0]
        case .end(let seconds): ["end", RedisArgument(seconds)]
        }
    }
}
