public import KeeperCore
public import KeeperPorts
public import Logging
internal import NIOCore
internal import NIOPosix
public import RedisClient
internal import Synchronization

/// The cluster's shared memory in one Redis, in the name of one node.
///
/// Each command is one Lua script (see `Script`), so it is atomic and fenced where it runs: whoever lost the lease
/// cannot write what needs the lease, however late the command arrives.
///
/// Has a thread of its own for its two connections, so that load from HTTP cannot delay a renewal. `run()` listens for
/// hints and closes everything when it ends; commands work without it. Whoever does not run it calls `close()`.
///
/// The user of the endpoint needs `EVALSHA`, `SCRIPT LOAD`, `INFO`, `SUBSCRIBE`, `PING`, and within the scripts the
/// plain commands on keys `wxkeeper:{NAME}:*`, on the keys of mirrors, and the channel of that prefix.
public final class RedisStore: LeaseStore, CredentialStore {
    /// A value when something has changed, and after each (re)connection, when hints may have been missed.
    ///
    /// Hints that nobody has taken yet melt into one. For one reader; ends with `close()`.
    public let hints: AsyncStream<Void>

    let keyspace: Keyspace
    let endpoint: RedisEndpoint
    let group: MultiThreadedEventLoopGroup
    let logger: Logger
    let hint: AsyncStream<Void>.Continuation
    private let caller: LeaseHolder
    private let link: RedisLink
    private let memory = Mutex(Memory())

    /// What one command leaves to the next.
    private struct Memory {
        /// Whose records the next tick can name among its keys.
        var members: [String] = []
        /// What was found spoiled since the last tick.
        var spoiled: [Spoilage] = []
    }

    /// A store that has not connected yet.
    /// - Parameters:
    ///   - cluster: `cluster.name`; all keys live under `wxkeeper:{cluster}:`.
    ///   - caller: in whose name every command is given.
    public convenience init(cluster: String, endpoint: RedisEndpoint, caller: LeaseHolder, logger: Logger) {
        self.init(Keyspace(cluster: cluster), endpoint: endpoint, caller: caller, logger: logger)
    }

    init(_ keyspace: Keyspace, endpoint: RedisEndpoint, caller: LeaseHolder, logger: Logger) {
        self.keyspace = keyspace
        self.endpoint = endpoint
        self.caller = caller
        self.logger = logger
        group = .prompt()
        link = RedisLink(endpoint: endpoint, group: group, logger: logger)
        (hints, hint) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Executes one command about the lease.
    ///
    /// A tick that finds something new takes a second way to Redis and back, for which it has as much time again.
    public func perform(
        _ command: LeaseCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> LeaseReply {
        switch command {
        case .tick(let tick): return try await self.tick(tick, before: deadline)
        case .leave:
            return try await run(command, keys: [keyspace.member(caller.node.rawValue)], before: deadline)
        case .acquire, .renew, .release, .reportDeath, .pause:
            return try await run(command, keys: [], before: deadline)
        }
    }

    private func run(
        _ command: LeaseCommand, keys: [RedisArgument], before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> LeaseReply {
        let (reply, server) = try await run(command.script, keys, command.arguments, before: deadline)
        var reader = try ReplyReader(reply)
        remember(try reader.head().spoiled)
        return LeaseReply(server: server, answer: try LeaseCommand.answer(&reader))
    }

    /// Executes one command about a credential.
    public func perform(
        _ command: CredentialCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> CredentialReply {
        let (reply, server) = try await run(
            command.script, [keyspace.record(of: command.app)], command.arguments, before: deadline)
        var reader = try ReplyReader(reply)
        let head = try reader.head()
        remember(head.spoiled)
        return try CredentialReply.read(&reader, store: head.store, from: server)
    }

    /// Ends both connections and the thread.
    ///
    /// Later commands are `unreachable`. May be called more than once.
    public func close() async {
        hint.finish()
        await link.close()
        try? await group.shutdownGracefully()
    }

    func run(
        _ script: Script, _ keys: [RedisArgument], _ arguments: [RedisArgument],
        before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> (RedisReply, ServerIdentity) {
        var chance = SystemRandomNumberGenerator()
        let name = String(chance.next(), radix: 16) + String(chance.next(), radix: 16)
        return try await link.run(script, keys: keyspace.fixed + keys, before: deadline) { [caller, keyspace] server in
            let head = ScriptHead(
                run: server.run, freshName: name, incarnation: caller.incarnation.rawValue, node: caller.node.rawValue,
                address: caller.address, channel: keyspace.channel)
            return ScriptHead.arguments.values(of: head) + arguments
        }
    }

    /// Keeps what was found spoiled for the next tick to tell.
    func remember(_ spoiled: [Spoilage]) {
        guard !spoiled.isEmpty else { return }
        memory.withLock { $0.spoiled = Array(($0.spoiled + spoiled).suffix(TickFindings.mostSpoiled)) }
    }
}

// MARK: - Tick

extension RedisStore {
    private func tick(_ tick: Tick, before deadline: ContinuousClock.Instant) async throws(StoreError) -> LeaseReply {
        let patience = ContinuousClock.now.duration(to: deadline)
        let members = memory.withLock(\.members).filter { $0 != caller.node.rawValue }
        let verify = tick.verify.prefix(Tick.mostVerified)
        let keys =
            [keyspace.member(caller.node.rawValue)] + members.map { keyspace.member($0) }
            + verify.map { keyspace.record(of: $0) }
        let arguments =
            TickQuestion.arguments.values(of: TickQuestion(tick: tick, memberCount: members.count))
            + members.map { RedisArgument($0) } + verify.map { RedisArgument($0.rawValue) }
        let (reply, server) = try await run(.tick, keys, arguments, before: deadline)
        var found = try TickFindings(reply)
        if found.isIncomplete { try await complete(&found, from: server, before: .now + patience) }
        memory.withLock { memory in
            memory.members = found.reply.members.map(\.holder.node.rawValue)
            found.reply.spoiled = memory.spoiled + found.reply.spoiled
            memory.spoiled = []
        }
        return LeaseReply(server: server, answer: .ticked(found.reply))
    }

    /// Reads what the tick could only name: its keys were not known before.
    ///
    /// What has changed once more since then is newer than the tick's position, so the next tick brings it again.
    private func complete(
        _ found: inout TickFindings, from server: ServerIdentity, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) {
        let keys = found.strangers.map { keyspace.member($0) } + found.changed.map { keyspace.record(of: $0) }
        let names = found.strangers.map { RedisArgument($0) } + found.changed.map { RedisArgument($0.rawValue) }
        let question = LookQuestion.arguments.values(of: LookQuestion(memberCount: found.strangers.count))
        let (reply, other) = try await run(.look, keys, question + names, before: deadline)
        guard other == server, try found.add(reply) else {
            throw .unreachable(reason: "Redis was replaced in the middle of a tick")
        }
    }
}
