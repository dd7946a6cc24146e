internal import NIOCore
internal import NIOPosix

/// Finds out which ports can be listened on.
enum FreePort {
    /// Says which port is taken, before anything is started.
    static func check(_ ports: [(port: Int, purpose: String)]) async throws(CommandFailure) {
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
}
