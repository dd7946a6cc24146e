internal import NIOCore
internal import NIOPosix

/// What can be found out about a port of this machine.
enum Port {
    /// Says which port is taken, before anything is started.
    static func checkFree(_ ports: [(port: Int, purpose: String)]) async throws(CommandFailure) {
        for (port, purpose) in ports {
            do {
                try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: "127.0.0.1", port: port).get().close().get()
            } catch {
                throw CommandFailure(
                    status: .failed,
                    message: "port \(port) (\(purpose)) is taken: end what listens there, or choose another --port")
            }
        }
    }

    /// Returns as soon as somebody accepts connections; throws when this task is cancelled.
    static func waitUntilTaken(_ port: Int) async throws {
        while true {
            try Task.checkCancellation()
            let channel = try? await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: port).get()
            if let channel { return try await channel.close().get() }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
