internal import KeeperCore
internal import RedisClient

/// The names of all keys of one cluster.
struct Keyspace: Sendable {
    /// What every name begins with; the braces keep all of a cluster in one hash slot.
    let prefix: String
    /// The keys that every script is given first, in this order.
    let fixed: [RedisArgument]
    /// Where hints are published.
    let channel: String

    /// The last parts of the fixed keys.
    ///
    /// A script calls them by these words with `Key` behind.
    static let fixedNames = ["lock", "lease", "store", "changes", "members", "hist", "pause"]
    /// The last part of the channel's name.
    static let channelName = "ev"

    /// The keys of a cluster.
    init(cluster: String) { self.init(prefix: "wxkeeper:{\(cluster)}:") }

    /// Keys within those of a cluster, for whoever tries the scripts without touching what nodes use.
    init(scratch name: String, of cluster: String) { self.init(prefix: "wxkeeper:{\(cluster)}:check:\(name):") }

    private init(prefix: String) {
        self.prefix = prefix
        fixed = Self.fixedNames.map { RedisArgument(prefix + $0) }
        channel = prefix + Self.channelName
    }

    /// The hash that every format has.
    var store: RedisArgument { RedisArgument(prefix + "store") }

    /// The record of an app.
    func record(of app: AppID) -> RedisArgument { RedisArgument("\(prefix)tok:\(app)") }

    /// The record of a member.
    func member(_ name: String) -> RedisArgument { RedisArgument("\(prefix)member:\(name)") }
}
