internal import NIOCore
internal import Synchronization

/// The fast way for reads: a `ReadCache` for each event loop.
final class Reads: Sendable {
    private let source: ReadSource
    private let caches = Mutex<[ObjectIdentifier: NIOLoopBound<ReadCache>]>([:])

    init(_ source: ReadSource) { self.source = source }

    /// The cache of an event loop, to be used on it.
    func cache(of loop: any EventLoop) -> ReadCache {
        caches.withLock { caches in
            if let cache = caches[ObjectIdentifier(loop)] { return cache }
            let cache = NIOLoopBound(ReadCache(source), eventLoop: loop)
            caches[ObjectIdentifier(loop)] = cache
            return cache
        }.value
    }
}
