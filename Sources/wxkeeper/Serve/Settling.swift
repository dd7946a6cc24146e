internal import KeeperCore
internal import KeeperNode
internal import ServiceLifecycle

/// Gives back what only the start needed, once it is over.
///
/// A start runs twice as much code as the years after it, and it reads the configuration. A node that is not ready for
/// minutes has not started yet.
struct Settling: Service {
    let node: Node

    /// How often it is looked whether the node is ready: nothing tells it, and nothing waits for this.
    private static let period = Duration.seconds(5)

    func run() async {
        await cancelWhenGracefulShutdown {
            repeat {
                guard (try? await Task.sleep(for: Self.period)) != nil else { return }
            } while !node.health().isReady
            Memory.giveBack()
        }
    }
}
