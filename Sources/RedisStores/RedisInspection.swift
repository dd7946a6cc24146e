public import KeeperCore
internal import NIOPosix
public import RedisClient

/// One look at a cluster's Redis from outside the cluster: nothing is written, and no node learns of it.
public struct RedisInspection: Sendable {
    /// How the server names its version.
    public let version: String
    /// `maxmemory-policy`; nil if this user may not ask for it.
    ///
    /// With anything but `noeviction` Redis drops keys when its memory is full, the lease and tokens among them:
    /// https://redis.io/docs/latest/develop/reference/eviction/
    public let evictionPolicy: String?
    /// The token of the first app that has one within its life.
    public let found: (app: AppID, token: Token)?

    /// Apps that are looked at for a token; with more, those beyond are not.
    public static let mostApps = 100

    /// Looks once.
    /// - Throws: why Redis cannot be used as it must be; `rejected` also if the user may run no scripts.
    public init(
        of endpoint: RedisEndpoint, cluster: String, apps: [AppID], before deadline: ContinuousClock.Instant
    ) async throws(RedisError) {
        let connection = try await RedisConnection.connect(
            to: endpoint, on: MultiThreadedEventLoopGroup.singleton, before: deadline)
        do {
            let info = try await connection.send(["INFO", "server"], before: deadline).text ?? ""
            version = Self.field("redis_version", in: info) ?? "of no version"
            evictionPolicy = try await Self.policy(connection, before: deadline)
            found = try await Self.token(of: apps, in: cluster, connection, before: deadline)
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

    private static func policy(
        _ connection: RedisConnection, before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> String? {
        do {
            let answer = try await connection.send(["CONFIG", "GET", "maxmemory-policy"], before: deadline)
            return answer.elements?.last?.text
        } catch .rejected {
            return nil
        } catch {
            throw error
        }
    }

    /// The clock is that of Redis, asked by a script, since a user that may run none is of no use.
    private static func token(
        of apps: [AppID], in cluster: String, _ connection: RedisConnection, before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> (AppID, Token)? {
        let clock = try await connection.send(["EVAL", "return redis.call('TIME')[1]", "0"], before: deadline)
        let now = (clock.number ?? 0) * 1000
        for app in apps.prefix(mostApps) {
            let key = RedisArgument("wxkeeper:{\(cluster)}:tok:\(app)")
            let fields = try await connection.send(["HMGET", key, "token", "expires_at"], before: deadline).elements
            guard let token = fields?.first?.text, let end = fields?.last?.number, end > now else { continue }
            return (app, Token(token))
        }
        return nil
    }
}
