public import NIOCore
internal import NIOPosix

extension RedisConnection {
    /// How long the TCP connection may take, name resolution included, however late the deadline is.
    public static let connectTimeout: Duration = .milliseconds(300)

    /// How many messages of subscriptions wait for a slow reader; older ones are dropped.
    static let maximumMessages = 1024

    /// Connects and makes itself known: `AUTH` if the endpoint has a password, `SELECT` if its database is not 0.
    ///
    /// - Parameter deadline: of the whole, so of the two commands too.
    /// - Throws: `notSent` where there is no connection; the command's error where the server did not let us in.
    public static func connect(
        to endpoint: RedisEndpoint, on group: any EventLoopGroup, before deadline: ContinuousClock.Instant
    ) async throws(RedisError) -> RedisConnection {
        let time = min(TimeAmount(ContinuousClock.now.duration(to: deadline)), TimeAmount(connectTimeout))
        guard time > .nanoseconds(0) else { throw .notSent("the deadline had passed") }
        guard !Task.isCancelled else { throw .cancelled }
        let connection = try await open(endpoint, on: group, within: time)
        do {
            try await connection.logIn(endpoint, before: deadline)
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
            throw .notSent("no connection to \(endpoint.address): \(error)")
        }
    }

    private func logIn(_ endpoint: RedisEndpoint, before deadline: ContinuousClock.Instant) async throws(RedisError) {
        if let password = endpoint.password {
            let user = endpoint.user.map { [RedisArgument($0)] } ?? []
            _ = try await send(["AUTH"] + user + [RedisArgument(password.text)], before: deadline)
        }
        if endpoint.database != 0 {
            _ = try await send(["SELECT", RedisArgument(endpoint.database)], before: deadline)
        }
    }
}
