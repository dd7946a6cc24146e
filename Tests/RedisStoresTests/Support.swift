import ClusterObservation
import KeeperCore
import KeeperPorts
import KeeperTestKit
import Logging
import NIOPosix
import RedisClient
import RedisStores
import Synchronization
import Testing

extension ContinuousClock.Instant {
    /// So long from now that only a fault reaches it.
    static var soon: Self { .now + .seconds(20) }
}

extension LeaseHolder {
    static func test(_ name: String) -> LeaseHolder {
        LeaseHolder(
            node: NodeName(name), incarnation: Incarnation("incarnation\(name)"), address: "http://\(name).example")
    }
}

/// A server of its own for one test, with stores and a plain connection to look behind them.
final class RedisWorld: StoreHarness {
    let server: RedisServer
    let cluster: String
    let plain: RedisConnection
    private let stores = Mutex<[RedisStore]>([])

    private init(_ server: RedisServer, cluster: String) async throws {
        self.server = server
        self.cluster = cluster
        var connection: RedisConnection?
        // Connecting has a short time-out of its own, which a busy machine misses now and then.
        try await eventually("a connection") {
            connection = try? await RedisConnection.connect(
                to: RedisEndpoint(host: "127.0.0.1", port: server.port), on: MultiThreadedEventLoopGroup.singleton)
            return connection != nil
        }
        plain = try #require(connection)
    }

    /// Runs `body` in a world of its own on `server`, which others may share under other cluster names.
    static func with(
        _ server: RedisServer, cluster: String = "test", _ body: (RedisWorld) async throws -> Void
    ) async throws {
        let world = try await RedisWorld(server, cluster: cluster)
        do {
            try await body(world)
            await world.end()
        } catch {
            await world.end()
            throw error
        }
    }

    private func end() async {
        for store in stores.withLock({ $0 }) { await store.close() }
        await plain.close()
    }

    /// - Parameter user: whom Redis takes it for; no password is asked.
    func makeStore(
        _ caller: LeaseHolder = .test("a"), user: String? = nil, logger: Logger? = nil
    ) -> RedisStore {
        let password = user.map { _ in RedisPassword("any") }
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port, user: user, password: password)
        let store = RedisStore(
            cluster: cluster, endpoint: endpoint, caller: caller,
            logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        stores.withLock { $0.append(store) }
        return store
    }

    @discardableResult
    func redis(_ command: RedisArgument...) async throws -> RedisReply {
        try await plain.send(command, before: .soon)
    }

    // MARK: - StoreHarness

    func store(for caller: LeaseHolder) async throws -> any LeaseStore & CredentialStore { makeStore(caller) }

    func wipe() async throws {
        let keys = try await keys()
        if !keys.isEmpty { _ = try await plain.send(["DEL"] + keys.map { RedisArgument($0) }, before: .soon) }
    }

    func expireLock() async throws { try await redis("DEL", RedisArgument("wxkeeper:{\(cluster)}:lock")) }

    func removeLease() async throws { try await redis("DEL", RedisArgument("wxkeeper:{\(cluster)}:lease")) }

    func removeRecord(of app: AppID) async throws {
        try await redis("DEL", RedisArgument("wxkeeper:{\(cluster)}:tok:\(app)"))
    }

    func spoilRecord(of app: AppID) async throws {
        try await redis("HSET", RedisArgument("wxkeeper:{\(cluster)}:tok:\(app)"), "version", RedisArgument([0xff]))
    }

    func spoilLease() async throws {
        try await redis("HSET", RedisArgument("wxkeeper:{\(cluster)}:lease"), "epoch", "not a number")
    }

    func format() async throws -> Int? {
        try await redis("HGET", RedisArgument("wxkeeper:{\(cluster)}:store"), "format").text.flatMap { Int($0) }
    }

    func setFormat(_ number: Int?) async throws {
        let key = RedisArgument("wxkeeper:{\(cluster)}:store")
        if let number {
            try await redis("HSET", key, "format", RedisArgument(number))
        } else {
            try await redis("HDEL", key, "format")
        }
    }

    func advance(by duration: Duration) async throws {
        let end = try await time() + duration
        try await eventually("the server's clock reaches \(end)") { try await time() >= end }
    }

    private func time() async throws -> Duration {
        let parts = try await redis("TIME").elements ?? []
        return .seconds(parts.first?.number ?? 0) + .microseconds(parts.last?.number ?? 0)
    }

    func keys() async throws -> [String] {
        let reply = try await redis("KEYS", RedisArgument("wxkeeper:{\(cluster)}:*"))
        return (reply.elements ?? []).compactMap(\.text)
    }
}

extension RedisStore {
    /// Takes the lease, which must be free.
    func lead() async throws -> Epoch {
        let acquisition = Acquisition(ttl: .seconds(60), highestEpochSeen: .none, observed: nil, steals: false)
        guard case .granted(let epoch, _, _) = try await perform(.acquire(acquisition), before: .soon).answer else {
            throw Unexpected(description: "the lease was not free")
        }
        return epoch
    }

    func tick(from position: StorePosition? = nil) async throws -> (reply: TickReply, server: ServerIdentity) {
        let tick = Tick(position: position, memberTTL: .seconds(60))
        let reply = try await perform(.tick(tick), before: .soon)
        guard case .ticked(let found) = reply.answer else { throw Unexpected(description: "no tick") }
        return (found, reply.server)
    }
}

/// The store answered what no test expects here.
struct Unexpected: Error {
    let description: String
}
