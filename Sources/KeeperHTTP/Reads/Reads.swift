internal import HummingbirdCore
internal import NIOCore
internal import Synchronization

/// The fast way for reads: a `ReadCache` for each event loop, and the handlers that ask it.
final class Reads: Sendable {
    private let source: ReadSource
    private let caches = Mutex<[ObjectIdentifier: NIOLoopBound<ReadCache>]>([:])

    init(_ source: ReadSource) { self.source = source }

    /// Puts the two handlers into a connection's pipeline, on its event loop: before the first that looks at a request,
    /// and behind the last.
    func serve(_ pipeline: ChannelPipeline, _ progress: ConnectionWatch.Progress) {
        let operations = pipeline.syncOperations
        // Fails only if the connection has closed already.
        guard let last = try? operations.handler(type: HTTPConnectionStateHandler.self),
            let duties = try? operations.handler(type: ProtocolHandler.self)
        else { return }
        let reader = ReadHandler(cache(of: pipeline.eventLoop))
        try? operations.addHandler(reader, position: .before(last))
        try? operations.addHandler(RepeatHandler(progress, duties, before: reader), position: .first)
    }

    private func cache(of loop: any EventLoop) -> ReadCache {
        caches.withLock { caches in
            if let cache = caches[ObjectIdentifier(loop)] { return cache }
            let cache = NIOLoopBound(ReadCache(source), eventLoop: loop)
            caches[ObjectIdentifier(loop)] = cache
            return cache
        }.value
    }
}
