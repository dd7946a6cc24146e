internal import ClusterObservation
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

    /// Returns as soon as somebody accepts connections.
    static func waitUntilTaken(_ port: Int) async throws {
        try await eventually("port \(port) accepts connections") {
            let channel = try? await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel?.close().get()
            return channel != nil
        }
    }
}
