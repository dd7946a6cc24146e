internal import KeeperCore
internal import Logging
internal import NIOCore
internal import RedisClient

/// The one connection that carries commands, with the server's identity.
///
/// After any error or missed deadline the connection is thrown away and the next command makes a new one: a reply that
/// comes late must find nobody whom it could deceive. Commands share the connection, and while it is being made they
/// wait for the one attempt.
actor RedisLink {
    /// A connection that is up, and whom it reached.
    private struct Established {
        let connection: RedisConnection
        let server: ServerIdentity
    }

    private enum State {
        /// No connection. Can transition to: `connecting` with the next command, if the pause after a failure is over;
        /// `closed`.
        case down
        /// One command is making the connection. Can transition to: `up`; `down` if it fails; `closed`.
        case connecting
        /// Commands flow. Can transition to: `down` at the first error; `closed`.
        case up(Established)
        /// Shutdown. Can transition to: nothing.
        case closed
    }

    /// How long one attempt may take, whatever the deadline of the command that makes it.
    static let attemptTimeout: Duration = .milliseconds(600)
    /// Pauses after failures in a row: commands that come within one fail at once.
    static let pauses: [Duration] = [.milliseconds(50), .milliseconds(100), .milliseconds(200), .milliseconds(300)]

    private let endpoint: RedisEndpoint
    private let group: any EventLoopGroup
    private let logger: Logger
    private var state = State.down
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var connections: UInt64 = 0
    private var failures = 0
    private var lastFailure = StoreError.unreachable("no connection yet")
    private var pausedUntil = ContinuousClock.now
    /// Digests are made by Redis and the same everywhere, so they outlive a connection.
    private var digests: [String: RedisArgument] = [:]

    init(endpoint: RedisEndpoint, group: any EventLoopGroup, logger: Logger) {
        self.endpoint = endpoint
        self.group = group
        self.logger = logger
    }

    /// Runs a script, and tells who did.
    func run(
        _ script: Script, key: RedisArgument, _ arguments: [RedisArgument], before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> (RedisReply, ServerIdentity) {
        let link = try await establish(before: deadline)
        do {
            // The last argument of every script: a connection never changes its server.
            let tail = [1, key] + arguments + [RedisArgument(link.server.run)]
            return (try await evaluate(script, tail, on: link.connection, before: deadline), link.server)
        } catch {
            if error != .cancelled { await drop(link, because: error) }
            throw StoreError(error)
        }
    }

    /// Ends the connection, now and for good. Commands in flight fail; later ones are `unreachable`.
    func close() async {
        let last = state
        state = .closed
        wakeAll()
        if case .up(let link) = last { await link.connection.close() }
    }

    // MARK: - Scripts

    private func evaluate(
        _ script: Script, _ tail: [RedisArgument], on connection: RedisConnection,
        before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> RedisReply {
        let digest = try await digest(of: script, on: connection, before: deadline)
        do {
            return try await connection.send(["EVALSHA", digest] + tail, before: deadline)
        } catch {
            guard case .rejected(let rejection) = error, rejection.code == "NOSCRIPT" else { throw error }
            // The server forgot its scripts (restart, SCRIPT FLUSH, another server). EVAL teaches it again.
            return try await connection.send(["EVAL", RedisArgument(script.text)] + tail, before: deadline)
        }
    }

    private func digest(
        of script: Script, on connection: RedisConnection, before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> RedisArgument {
        if let digest = digests[script.name] { return digest }
        let reply = try await connection.send(["SCRIPT", "LOAD", RedisArgument(script.text)], before: deadline)
        guard let bytes = reply.bytes else { throw .connectionLost("no digest for the script \(script.name)") }
        let digest = RedisArgument(bytes)
        digests[script.name] = digest
        return digest
    }

    // MARK: - Connection

    private func establish(before deadline: ContinuousClock.Instant) async throws(StoreError) -> Established {
        while true {
            switch state {
            case .up(let link):
                if link.connection.isOpen { return link }
                await drop(link, because: .connectionLost("the server closed it"))
            case .down:
                guard pausedUntil <= .now else { throw lastFailure }
                return try await connect(before: deadline)
            case .connecting:
                // Bounded by `attemptTimeout` of whoever connects.
                await withCheckedContinuation { waiting.append($0) }
                guard .now < deadline else { throw .unreachable("the deadline passed while connecting") }
            case .closed:
                throw .unreachable("this node has closed its connection")
            }
        }
    }

    private func connect(before deadline: ContinuousClock.Instant) async throws(StoreError) -> Established {
        state = .connecting
        let limit = min(deadline, .now + Self.attemptTimeout)
        do throws(RedisError) {
            let connection = try await RedisConnection.connect(to: endpoint, on: group, before: limit)
            let run = try await Self.runID(of: connection, before: limit)
            guard case .connecting = state else {
                await connection.close()
                throw RedisError.notSent("this node has closed its connection")
            }
            connections += 1
            let link = Established(
                connection: connection, server: ServerIdentity(run: run, connection: connections))
            state = .up(link)
            failures = 0
            wakeAll()
            logger.info(
                "connected to Redis",
                metadata: [
                    "redis.address": "\(endpoint.address)", "redis.run": "\(run)", "redis.connection": "\(connections)",
                ])
            return link
        } catch {
            throw failed(error)
        }
    }

    /// Notes a failed attempt; nothing of the command itself was sent.
    private func failed(_ error: RedisError) -> StoreError {
        if case .rejected(let rejection) = error {
            lastFailure = .rejected(rejection.description)
        } else {
            lastFailure = .unreachable("\(error)")
        }
        // A caller that went away says nothing about the server.
        if error != .cancelled {
            // Told once an outage, not once an attempt.
            if failures == 0 {
                logger.warning("cannot reach Redis: \(error)", metadata: ["redis.address": "\(endpoint.address)"])
            }
            pausedUntil = .now + Self.pauses[min(failures, Self.pauses.count - 1)]
            failures += 1
        }
        if case .connecting = state { state = .down }
        wakeAll()
        return lastFailure
    }

    private static func runID(
        of connection: RedisConnection, before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> String {
        do throws(RedisError) {
            let info = try await connection.send(["INFO", "server"], before: deadline).text ?? ""
            let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("run_id:") }
            guard let line else { throw RedisError.connectionLost("INFO names no run_id") }
            return String(line.dropFirst("run_id:".count))
        } catch {
            await connection.close()
            throw error
        }
    }

    private func drop(_ link: Established, because error: RedisError) async {
        // Another command may have dropped it and even made a new one already.
        if case .up(let current) = state, current.server.connection == link.server.connection {
            state = .down
            logger.notice(
                "dropped the connection to Redis: \(error)",
                metadata: ["redis.address": "\(endpoint.address)", "redis.connection": "\(connections)"])
        }
        await link.connection.close()
    }

    private func wakeAll() {
        let woken = waiting
        waiting = []
        for continuation in woken { continuation.resume() }
    }
}

extension StoreError {
    /// What a failed command means for the one who gave it.
    fileprivate init(_ error: RedisError) {
        switch error {
        case .notSent(let reason): self = .unreachable(reason)
        case .timedOut, .connectionLost, .cancelled: self = .timedOut
        case .rejected(let rejection): self = .rejected(rejection.description)
        }
    }
}
