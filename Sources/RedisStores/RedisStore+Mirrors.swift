public import KeeperCore
public import KeeperPorts
internal import RedisClient

extension RedisStore: MirrorStore {
    /// Writes what does not stand as it should; see `MirrorStore`.
    ///
    /// Redis refuses a whole command for one key in it that we may not touch, so such a command is cut in two until the
    /// keys at fault stand alone. Each piece has as much time as the whole.
    public func mirror(
        _ mirrors: [Mirror], epoch: Epoch, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> Bool {
        let patience = ContinuousClock.now.duration(to: deadline)
        var pieces = [mirrors]
        var failure: StoreError?
        while let piece = pieces.popLast() {
            do throws(StoreError) {
                guard try await write(piece, epoch: epoch, before: .now + patience) else { return false }
            } catch {
                guard case .rejected(let refusal) = error else { throw error }
                failure = failure ?? error
                guard ["NOPERM", "CROSSSLOT", "MOVED"].contains(refusal.code) else { continue }
                pieces += piece.halves
            }
        }
        if let failure { throw failure }
        return true
    }

    private func write(
        _ mirrors: [Mirror], epoch: Epoch, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> Bool {
        let keys = mirrors.flatMap { mirror in
            [keyspace.record(of: mirror.app)] + mirror.keys.map { RedisArgument($0.name) }
        }
        let (reply, _) = try await run(
            .mirror, keys, MirrorOrder.arguments.values(of: MirrorOrder(epoch: epoch)) + mirrors.flatMap(\.listed),
            before: deadline)
        var reader = try ReplyReader(reply)
        remember(try reader.head().spoiled)
        return try Mirror.isDone(&reader)
    }
}

extension [Mirror] {
    /// The same keys in two parts; none if there is but one key.
    fileprivate var halves: [[Mirror]] {
        guard count < 2 else { return [Array(prefix(count / 2)), Array(dropFirst(count / 2))] }
        guard let mirror = first, mirror.keys.count > 1 else { return [] }
        let middle = mirror.keys.count / 2
        return [mirror.keys[..<middle], mirror.keys[middle...]].map { keys in
            var part = mirror
            part.keys = [MirrorKey](keys)
            return [part]
        }
    }
}
