internal import CMemory
internal import KeeperHTTP
internal import Logging

/// How many descriptors this process may have open, and what follows from it.
struct Descriptors: Equatable {
    /// The kernel's limit on one process.
    let limit: Int

    /// Fewer leave no room for callers beside Redis, WeChat and the other nodes.
    static let fewest = 128

    /// What callers never get: Redis, the calls to WeChat and to other nodes, files, and what the libraries open
    /// without being asked.
    ///
    /// libdispatch is why it must never be used up: it looks after its threads by opening `/proc/self/task/…/stat`,
    /// and ends the process (SIGILL) if it cannot.
    var reserve: Int { min(max(limit / 4, 80), 512) }

    /// Calls to WeChat and to other nodes at once; the other half of the reserve is for everything else.
    var mostTransfers: Int { min(reserve / 2, 256) }

    /// How many connections of callers may be open.
    var mostConnections: Int { max(8, min(limit - reserve, KeeperServer.mostConnections)) }

    /// Raises the limit as far as the kernel lets this process, and says so.
    static func raise(_ logger: Logger) -> Descriptors {
        let before = Int(cmemory_descriptor_limit())
        let descriptors = Descriptors(limit: Int(cmemory_raise_descriptor_limit()))
        logger.notice(
            "keeps at most \(descriptors.mostConnections) connections of callers open",
            metadata: [
                "descriptors.limit": "\(descriptors.limit)", "descriptors.limit.before": "\(before)",
                "descriptors.reserve": "\(descriptors.reserve)",
            ]
        )
        if descriptors.limit < fewest {
            logger.warning(
                "may open only \(descriptors.limit) descriptors, too few; allow \(fewest) at least, better 65536"
            )
        }
        return descriptors
    }
}
