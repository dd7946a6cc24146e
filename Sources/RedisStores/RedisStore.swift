public import KeeperCore
public import KeeperPorts
public import Logging
internal import NIOCore
internal import NIOPosix
public import RedisClient

/// The cluster's shared memory in one Redis, in the name of one node.
///
/// Each command is one Lua script (see `Script`), so it is atomic and fenced where it runs: whoever lost the lease
/// cannot write what needs the lease, however late the command arrives.
///
/// Has a thread of its own for its two connections, so that load from HTTP cannot delay a renewal. `run()` listens for
/// hints and closes everything when it ends; commands work without it. Whoever does not run it calls `close()`.
///
/// The user of the endpoint needs `EVAL`, `EVALSHA`, `SCRIPT LOAD`, `INFO`, `SUBSCRIBE`, `PING`, and within the scripts
/// the plain commands on keys `wxkeeper:{NAME}:*`, on the keys of copies, and the channel of that prefix.
public final class RedisStore: LeaseStore, CredentialStore, CopyStore {
    /// A value when something has changed, and after each (re)connection, when hints may have been missed. Hints that
    /// nobody has taken yet melt into one. For one reader; ends with `close()`.
    public let hints: AsyncStream<Void>

    let channel: String
    let endpoint: RedisEndpoint
    let group: MultiThreadedEventLoopGroup
    let logger: Logger
    let hint: AsyncStream<Void>.Continuation
    private let caller: LeaseHolder
    private let prefix: RedisArgument
    private let link: RedisLink

    /// A store that has not connected yet.
    /// - Parameters:
    ///   - cluster: `cluster.name`; all keys live under `wxkeeper:{cluster}:`.
    ///   - caller: in whose name every command is given.
    public init(cluster: String, endpoint: RedisEndpoint, caller: LeaseHolder, logger: Logger) {
        self.endpoint = endpoint
        self.caller = caller
        self.logger = logger
        prefix = RedisArgument(Self.key("", of: cluster))
        channel = Self.key("ev", of: cluster)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        link = RedisLink(endpoint: endpoint, group: group, logger: logger)
        (hints, hint) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Executes one command about the lease.
    public func perform(
        _ command: LeaseCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> LeaseReply {
        let (reply, server) = try await link.run(
            command.script, key: prefix, head + command.arguments(of: caller), before: deadline)
        if case .tick = command { return LeaseReply(server: server, answer: .ticked(try TickReply.read(reply))) }
        return LeaseReply(server: server, answer: try LeaseCommand.answer(reply))
    }

    /// Executes one command about a credential.
    public func perform(
        _ command: CredentialCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> CredentialReply {
        let (reply, server) = try await link.run(
            command.script, key: prefix, head + command.arguments, before: deadline)
        return try CredentialReply.read(reply, from: server)
    }

    /// Writes what does not stand as it should; see `CopyStore`.
    public func copy(
        _ copies: [Copy], epoch: Epoch, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> Bool {
        let arguments = head + [epoch.argument] + copies.flatMap(\.arguments)
        return try Copy.isDone(try await link.run(.copy, key: prefix, arguments, before: deadline).0)
    }

    /// Ends both connections and the thread. Later commands are `unreachable`. May be called more than once.
    public func close() async {
        hint.finish()
        await link.close()
        try? await group.shutdownGracefully()
    }

    /// The whole name of a key or of the channel; the braces keep all of a cluster in one hash slot.
    static func key(_ name: String, of cluster: String) -> String { "wxkeeper:{\(cluster)}:" + name }

    /// What every script is given first.
    private var head: [RedisArgument] {
        var chance = SystemRandomNumberGenerator()
        let name = String(chance.next(), radix: 16) + String(chance.next(), radix: 16)
        return [RedisArgument(name), RedisArgument(caller.incarnation.rawValue)]
    }
}
