internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Ports that nobody listens on, each handed out once.
package enum FreePorts {
    private static let taken = Mutex<Set<Int>>([])

    /// A free port below the range from which the kernel takes the ports of outgoing connections.
    package static func take() async throws -> Int {
        while true {
            let port = Int.random(in: 15_000..<32_000)
            guard taken.withLock({ $0.insert(port).inserted }), await isFree(port) else { continue }
            return port
        }
    }

    private static func isFree(_ port: Int) async -> Bool {
        do {
            try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: "127.0.0.1", port: port).get().close().get()
            return true
        } catch {
            return false
        }
    }
}
