internal import KeeperCore
internal import KeeperPorts
internal import RedisClient

/// Under which term mirrors are written.
struct MirrorOrder: Sendable {
    let epoch: Epoch

    /// What the script `mirror` is told before the list.
    static let arguments = ArgumentList<MirrorOrder>([.number("epoch") { $0.epoch.argument }])
}

extension Mirror {
    /// What the list says of a mirror, before its keys.
    static let arguments = ArgumentList<Mirror>([
        .number("epoch") { $0.epoch.argument },
        .number("version") { RedisArgument($0.version) },
        .text("token") { RedisArgument($0.token.secret) },
        .number("left") { $0.left.argument },
        .number("keyCount") { RedisArgument($0.keys.count) },
    ])

    /// The mirror and its keys, as they stand in the list.
    var listed: [RedisArgument] { Mirror.arguments.values(of: self) + keys.flatMap(MirrorKey.arguments.values) }

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

extension MirrorKey {
    /// What the list says of one key.
    static let arguments = ArgumentList<MirrorKey>([
        .text("kind") { $0.content.kind },
        .number("lessSeconds") { RedisArgument($0.content.lessSeconds) },
    ])
}

extension MirrorKey.Content {
    fileprivate var kind: RedisArgument {
        switch self {
        case .token: "token"
        case .quotedToken: "quoted"
        case .end: "end"
        }
    }

    fileprivate var lessSeconds: Int {
        if case .end(let seconds) = self { seconds } else { 0 }
    }
}
