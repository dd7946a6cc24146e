internal import Foundation
public import NIOCore
internal import NIOPosix

extension RedisConnection {
    /// How long each step of connecting may take, unless told otherwise: the TCP connection with the resolution of the
    /// name, then what makes us known.
    ///
    /// As long as the longest time-out of a command: a server that is near enough for commands is near enough to be
    /// connected to.
    public static let stepTimeout: Duration = .seconds(1)

    /// How many messages of subscriptions wait for a slow reader; older ones are dropped.
    static let maximumMessages = 1024

    /// Connects and makes itself known: `AUTH` if the endpoint has a password, `SELECT` if its database is not 0.
    ///
    /// - Parameter patience: for each of the two ways there and back, so that a server far away is reached too.
    /// - Throws: `notSent` where there is no connection; the command's error where the server did not let us in.
    public static func connect(
        to endpoint: RedisEndpoint, on group: any EventLoopGroup, patience: Duration = stepTimeout
    ) async throws(RedisError) -> RedisConnection {
        guard !Task.isCancelled else { throw .cancelled }
        let connection = try await open(endpoint, on: group, within: TimeAmount(patience))
        do {
            try await connection.logIn(endpoint, before: .now + patience)
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func open(
        _ endpoint: RedisEndpoint, on group: any EventLoopGroup, within time: TimeAmount
    ) async throws(RedisError) -> RedisConnection {
        do {
            return try await ClientBootstrap(group: group)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connectTimeout(time)
                .connect(host: endpoint.host, port: endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let (stream, continuation) = AsyncStream.makeStream(
                            of: RedisMessage.self, bufferingPolicy: .bufferingNewest(maximumMessages))
                        let handler = RedisChannelHandler(messages: continuation)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        return RedisConnection(channel: channel, handler: handler, messages: stream)
                    }
                }
        } catch {
            throw .notSent("no connection to \(endpoint.address): \(Self.reason(error))")
        }
    }

    /// Why there is no connection, in the words that people know.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // A name may have several addresses, each with a reason of its own.
            let reasons = error.connectionErrors.map { reason($0.error) }
            guard !reasons.isEmpty else { return "no address is known for this name" }
            return Set(reasons).sorted().joined(separator: "; ")
        case let error as IOError:
            return switch error.errnoCode {
            case ECONNREFUSED: "connection refused"
            case EHOSTUNREACH, ENETUNREACH: "no way there"
            case ETIMEDOUT: "no answer in time"
            default: "\(error)"
            }
        case ChannelError.connectTimeout: return "no answer in time"
        default: return "\(error)"
        }
    }

    private func logIn(_ endpoint: RedisEndpoint, before deadline: ContinuousClock.Instant) async throws(RedisError) {
        var commands: [[RedisArgument]] = []
        if let password = endpoint.password {
            let user = endpoint.user.map { [RedisArgument($0)] } ?? []
            commands.append(["AUTH"] + user + [RedisArgument(password.text)])
        }
        if endpoint.database != 0 { commands.append(["SELECT", RedisArgument(endpoint.database)]) }
        // The first failure is the reason for those that follow.
        for outcome in await send(together: commands, before: deadline) { _ = try outcome.get() }
    }
}
