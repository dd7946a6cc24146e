internal import KeeperCore
internal import Logging
internal import NIOCore
internal import RedisClient

/// The one connection that carries commands, with the server's identity.
///
/// After a missed deadline the connection is thrown away and the next command makes a new one: a reply that comes late
/// must find nobody whom it could deceive. Connecting has times of its own, since it takes several ways there and back:
/// commands wait for it as long as they may, and it goes on when they have gone.
actor RedisLink {
    /// A connection that is up, and whom it reached.
    private struct Established {
        let connection: RedisConnection
        let server: ServerIdentity
        /// How long one way there and back took when it was made.
        let roundTrip: Duration
    }

    private enum State {
        /// No connection. Can transition to: `connecting` with the next command, if the pause after a failure is over;
        /// `closed`.
        case down
        /// The connection is being made, or given the scripts that its server has lost. Can transition to: `up`; `down`
        /// if that fails; `closed`.
        case connecting(Task<Void, Never>)
        /// Commands flow. Can transition to: `down` at the first error; `connecting` without its scripts; `closed`.
        case up(Established)
        /// Shutdown. Can transition to: nothing.
        case closed
    }

    /// How long loading all scripts may take: tens of kilobytes on a slow line.
    static let loadTimeout: Duration = .seconds(3)
    /// Pauses after failures in a row: commands that come within one fail at once.
    static let pauses: [Duration] = [.milliseconds(50), .milliseconds(100), .milliseconds(200), .milliseconds(300)]

    private let endpoint: RedisEndpoint
    private let group: any EventLoopGroup
    private let logger: Logger
    private var state = State.down
    private var waiting: [AsyncStream<Never>.Continuation] = []
    private var connections: UInt64 = 0
    private var failures = 0
    private var lastFailure = StoreError.unreachable(reason: "no connection yet")
    private var pausedUntil = ContinuousClock.now
    /// Digests are made by Redis and the same everywhere, so they outlive a connection.
    private var digests: [String: RedisArgument] = [:]
    /// The start of the server that has our scripts.
    private var taughtRun: String?

    init(endpoint: RedisEndpoint, group: any EventLoopGroup, logger: Logger) {
        self.endpoint = endpoint
        self.group = group
        self.logger = logger
    }

    /// Runs a script with the arguments made for the server that runs it, and tells which that was.
    func run(
        _ script: Script, keys: [RedisArgument], before deadline: ContinuousClock.Instant,
        _ arguments: @Sendable (ServerIdentity) -> [RedisArgument]
    ) async throws(StoreError) -> (RedisReply, ServerIdentity) {
        var isAgain = false
        while true {
            let link = try await establish(before: deadline, mustFit: isAgain)
            let tail = [RedisArgument(keys.count)] + keys + arguments(link.server)
            do throws(RedisError) {
                guard let digest = digests[script.name] else { throw .notSent("the script \(script.name) is unknown") }
                return (try await link.connection.send(["EVALSHA", digest] + tail, before: deadline), link.server)
            } catch {
                if error.code == "NOSCRIPT", !isAgain {
                    teachAgain(link)
                    isAgain = true
                    continue
                }
                await note(error, on: link)
                throw StoreError(error)
            }
        }
    }

    /// Ends the connection, now and for good.
    ///
    /// Commands in flight fail; later ones are `unreachable`.
    func close() async {
        let last = state
        state = .closed
        wakeAll()
        switch last {
        case .up(let link): await link.connection.close()
        case .connecting(let attempt):
            attempt.cancel()
            // What it still does needs the loop, which whoever closes this ends next.
            await attempt.value
        case .down, .closed: break
        }
    }

    /// What an error of one command means for the connection.
    private func note(_ error: RedisError, on link: Established) async {
        switch error {
        case .cancelled: break
        case .rejected(let rejection):
            // A reply that came in time is a sign of health. But a server that was made a replica, or that does not
            // know us any more, may be another one behind the same name.
            guard rejection.isAboutTheConnection else { return }
            await drop(link, because: error)
            lastFailure = StoreError(error)
            pausedUntil = .now + Self.pauses[Self.pauses.count - 1]
        case .notSent, .timedOut, .connectionLost: await drop(link, because: error)
        }
    }

    private func drop(_ link: Established, because error: RedisError) async {
        // `close` has seen to the connection, and the loop may be gone.
        if case .closed = state { return }
        // Another command may have dropped it and even made a new one already.
        if case .up(let current) = state, current.server.connection == link.server.connection {
            state = .down
            logger.notice(
                "dropped the connection to Redis: \(error)",
                metadata: ["redis.address": "\(endpoint.address)", "redis.connection": "\(connections)"])
        }
        await link.connection.close()
    }
}

// MARK: - Connection

extension RedisLink {
    /// - Parameter mustFit: whether a command with too little time left for one way there and back fails here. Sent, it
    ///   would miss its deadline, and with it would go the connection that later commands need.
    private func establish(
        before deadline: ContinuousClock.Instant, mustFit: Bool
    ) async throws(StoreError) -> Established {
        var mustFit = mustFit
        while true {
            switch state {
            case .up(let link):
                guard link.connection.isOpen else {
                    await drop(link, because: .connectionLost("the server closed it"))
                    continue
                }
                guard !mustFit || .now + link.roundTrip < deadline else {
                    throw .unreachable(reason: "the connection was made too late for this command")
                }
                return link
            case .down:
                guard pausedUntil <= .now else { throw lastFailure }
                // In a task of its own, outside the tree: it must not end with the command that began
                // it, or a server far away would never be reached. `close()` ends it.
                state = .connecting(Task { await self.connect() })
            case .connecting:
                guard .now < deadline, !Task.isCancelled else {
                    throw .unreachable(reason: "connecting takes longer than the command may")
                }
                mustFit = true
                await change(before: deadline)
            case .closed:
                throw .unreachable(reason: "this node has closed its connection")
            }
        }
    }

    /// Returns when the attempt is over, at the deadline, or when the caller is cancelled.
    private func change(before deadline: ContinuousClock.Instant) async {
        let (changed, continuation) = AsyncStream.makeStream(of: Never.self)
        waiting.append(continuation)
        let timer = group.next().scheduleTask(in: TimeAmount(ContinuousClock.now.duration(to: deadline))) {
            continuation.finish()
        }
        for await _ in changed {}
        timer.cancel()
    }

    private func wakeAll() {
        let woken = waiting
        waiting = []
        for continuation in woken { continuation.finish() }
    }

    private func connect() async {
        do throws(RedisError) {
            let connection = try await RedisConnection.connect(to: endpoint, on: group)
            do throws(RedisError) {
                try await greet(connection)
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            failed(error)
        }
    }

    /// Asks a new connection whom it has reached, and gives that server our scripts if it does not have them.
    private func greet(_ connection: RedisConnection) async throws(RedisError) {
        let start = ContinuousClock.now
        let info =
            try await connection.send(["INFO", "server"], before: start + RedisConnection.stepTimeout).text ?? ""
        let roundTrip = ContinuousClock.now - start
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("run_id:") }
        guard let line else { throw .connectionLost("INFO names no run_id") }
        let run = String(line.dropFirst("run_id:".count))
        if run != taughtRun { try await teach(connection) }
        guard case .connecting = state else { throw .notSent("this node has closed its connection") }
        taughtRun = run
        connections += 1
        let server = ServerIdentity(run: run, connection: connections)
        state = .up(Established(connection: connection, server: server, roundTrip: roundTrip))
        failures = 0
        wakeAll()
        logger.info(
            "connected to Redis",
            metadata: [
                "redis.address": "\(endpoint.address)", "redis.run": "\(run)", "redis.connection": "\(connections)",
            ])
    }

    /// Notes a failed attempt; nothing of any command was sent.
    private func failed(_ error: RedisError) {
        if case .rejected = error {
            lastFailure = StoreError(error)
        } else {
            lastFailure = .unreachable(reason: "\(error)")
        }
        // Told once an outage, not once an attempt. What Redis says against us, those tell who gave the command.
        if failures == 0 {
            let level = error.code == nil ? Logger.Level.warning : .debug
            logger.log(
                level: level, "cannot reach Redis: \(error)", metadata: ["redis.address": "\(endpoint.address)"])
        }
        pausedUntil = .now + Self.pauses[min(failures, Self.pauses.count - 1)]
        failures += 1
        if case .connecting = state { state = .down }
        wakeAll()
    }
}

// MARK: - Scripts

extension RedisLink {
    /// Loads every script, all at once.
    private func teach(_ connection: RedisConnection) async throws(RedisError) {
        let scripts = Script.all
        let outcomes = await connection.send(
            together: scripts.map { ["SCRIPT", "LOAD", RedisArgument($0.text)] }, before: .now + Self.loadTimeout)
        for (script, outcome) in zip(scripts, outcomes) {
            guard let bytes = try outcome.get().bytes else {
                throw .connectionLost("no digest for the script \(script.name)")
            }
            digests[script.name] = RedisArgument(bytes)
        }
    }

    /// The server has forgotten its scripts (`SCRIPT FLUSH`): gives them again, in their own time.
    private func teachAgain(_ link: Established) {
        guard case .up(let current) = state, current.server.connection == link.server.connection else { return }
        taughtRun = nil
        state = .connecting(
            Task {
                do throws(RedisError) {
                    try await self.teach(link.connection)
                    self.taught(link)
                } catch {
                    await link.connection.close()
                    self.failed(error)
                }
            })
    }

    private func taught(_ link: Established) {
        guard case .connecting = state else { return }
        taughtRun = link.server.run
        state = .up(link)
        wakeAll()
    }
}
