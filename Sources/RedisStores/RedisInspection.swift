public import KeeperCore
internal import NIOPosix
public import RedisClient

/// One look at a cluster's Redis from outside the cluster: no key of the cluster is written, and no node learns of it.
///
/// What nodes do is tried under a name of its own, which is gone afterwards; see `Rehearsal`.
public struct RedisInspection: Sendable {
    /// How the server names its version.
    public let version: String
    /// Whether it takes no writes, since it copies another.
    public let isReplica: Bool
    /// `maxmemory-policy`; nil if the server does not say.
    ///
    /// With anything but `noeviction` Redis drops keys when its memory is full, the lease and tokens among them:
    /// https://redis.io/docs/latest/develop/reference/eviction/
    public let evictionPolicy: String?
    /// Why the scripts of a node would fail here; nil: they do not.
    public let trouble: StoreError?
    /// The token of the first app that has one within its life.
    public let found: (app: AppID, token: Token)?

    /// Apps that are looked at for a token; with more, those beyond are not.
    public static let mostApps = 100

    /// Looks once, and tries what every node does: to run its scripts and to listen for hints.
    /// - Parameter patience: for each command.
    /// - Throws: why Redis cannot be used as it must be.
    public init(
        of endpoint: RedisEndpoint, cluster: String, apps: [AppID], patience: Duration
    ) async throws(RedisError) {
        let connection = try await RedisConnection.connect(
            to: endpoint, on: MultiThreadedEventLoopGroup.singleton, patience: patience)
        do {
            let info = try await connection.send(["INFO"], before: .now + patience).text ?? ""
            version = Self.field("redis_version", in: info) ?? "of no version"
            isReplica = Self.field("role", in: info) == "slave"
            evictionPolicy = Self.field("maxmemory_policy", in: info)
            if let refusal = try await Self.unknownFormat(in: cluster, connection, patience) {
                (found, trouble) = (nil, .rejected(refusal))
            } else {
                found = try await Self.token(of: apps, in: cluster, connection, patience)
                trouble = await Rehearsal(endpoint, cluster: cluster, patience).run(watchedBy: connection)
            }
            // Last, since afterwards the connection takes nothing else.
            try await connection.subscribe(to: Keyspace(cluster: cluster).channel, before: .now + patience)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private static func field(_ name: String, in info: String) -> String? {
        info.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
            .map { String($0.dropFirst(name.count + 1).prefix(40)) }
    }

    /// Why no node would touch what lies there; nil if it is ours, or nothing.
    private static func unknownFormat(
        in cluster: String, _ connection: RedisConnection, _ patience: Duration
    ) async throws(RedisError) -> StoreRefusal? {
        let key = Keyspace(cluster: cluster).store
        // Of another type it would be no store of any format.
        guard try await connection.send(["TYPE", key], before: .now + patience).text == "hash" else { return nil }
        let found = try await connection.send(["HGET", key, "format"], before: .now + patience).text
        let number = RedisFormat.number(in: found)
        return number == RedisFormat.number ? nil : .unknownFormat(number)
    }

    /// The clock is that of Redis.
    private static func token(
        of apps: [AppID], in cluster: String, _ connection: RedisConnection, _ patience: Duration
    ) async throws(RedisError) -> (AppID, Token)? {
        let time = try await connection.send(["TIME"], before: .now + patience)
        let now = (time.elements?.first?.number ?? 0) * 1000
        for app in apps.prefix(mostApps) {
            let key = Keyspace(cluster: cluster).record(of: app)
            let record = try await connection.send(["HMGET", key, "token", "expires_at"], before: .now + patience)
            let fields = record.elements ?? []
            guard let token = fields.first?.text, let end = fields.last?.number, end > now else { continue }
            return (app, Token(token))
        }
        return nil
    }
}
