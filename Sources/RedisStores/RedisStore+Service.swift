internal import Logging
internal import RedisClient
public import ServiceLifecycle

extension RedisStore: Service {
    /// How often the subscription is asked whether it still lives, and how long it may take to answer.
    private static let pingPeriod: Duration = .seconds(5)
    private static let pingTimeout: Duration = .seconds(2)

    /// Pauses between attempts to subscribe.
    private static let subscriptionPause: Duration = .milliseconds(300)

    /// Listens for hints until cancelled or shut down gracefully, then closes everything.
    ///
    /// In a service group it stands before the node, so that it is shut down after it: the node's last command is the
    /// release of the lease.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.listen() }
        await close()
    }

    private func listen() async {
        var isSilent = false
        while !Task.isCancelled {
            do throws(RedisError) {
                let connection = try await subscribe()
                isSilent = false
                await pass(on: connection)
                await connection.close()
            } catch {
                // Told once an outage. Hints only make a node quicker; without them it still asks with every tick.
                if !isSilent { logger.warning("no hints from Redis: \(error)") }
                isSilent = true
            }
            // No event tells that Redis is there again.
            try? await Task.sleep(for: Self.subscriptionPause)
        }
    }

    private func subscribe() async throws(RedisError) -> RedisConnection {
        let connection = try await RedisConnection.connect(to: endpoint, on: group)
        do throws(RedisError) {
            try await connection.subscribe(to: keyspace.channel, before: .now + Self.pingTimeout)
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    /// Turns messages into hints until the connection ends.
    private func pass(on connection: RedisConnection) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                // A peer that vanished without a word is noticed only by asking it.
                while (try? await Task.sleep(for: Self.pingPeriod)) != nil {
                    let answer = try? await connection.send(["PING"], before: .now + Self.pingTimeout)
                    if answer == nil { return await connection.close() }
                }
            }
            // Whatever was said while nobody listened.
            hint.yield()
            for await _ in connection.messages { hint.yield() }
            group.cancelAll()
        }
    }
}
