internal import KeeperCore

/// What two scenarios must have in common so that they go on alike.
extension World {
    /// A hash over all that decides how the scenario goes on: the store, WeChat, what is under way, what the
    /// invariants remember; and of each node all it was told, and when.
    ///
    /// A core is nothing but what it was told.
    var stateHash: Int {
        var hasher = Hasher()
        hasher.combine(time)
        for node in nodes { node.hashState(into: &hasher, at: time) }
        redis.hashState(into: &hasher)
        hasher.combine(wechat.accounts)
        hasher.combine(conditions.unexpired(at: time))
        hasher.combine(books)
        // In no particular order, so that two ways to schedule the same are the same.
        var underWay = 0
        for (at, event) in queue.pending {
            var one = Hasher()
            one.combine(at)
            one.combine(event)
            underWay &+= one.finalize()
        }
        hasher.combine(underWay)
        return hasher.finalize()
    }
}

extension SimulatedNode {
    /// Takes one more thing into all that this node was told.
    mutating func remember(_ event: NodeEvent, at now: Instant) {
        var hasher = Hasher()
        hasher.combine(history)
        hasher.combine(now)
        hasher.combine(event)
        history = hasher.finalize()
    }

    fileprivate func hashState(into hasher: inout Hasher, at time: WorldTime) {
        hasher.combine(history)
        hasher.combine(holder)
        hasher.combine(isAlive)
        hasher.combine(max(pausedUntil, time))
        hasher.combine(mailbox)
        hasher.combine(wakesAt)
        hasher.combine(connection)
        hasher.combine(max(connectedAt, time))
        for command in commands { hasher.combine(command.id) }
        for call in calls {
            hasher.combine(call.id)
            hasher.combine(call.isSent)
        }
        hasher.combine(syncedAt)
        hasher.combine(grantedAt)
    }
}

extension RedisModel {
    fileprivate func hashState(into hasher: inout Hasher) {
        hasher.combine(contents)
        hasher.combine(clock)
        hasher.combine(run)
        hasher.combine(termCount)
        hasher.combine(pastHash)
    }
}

extension Conditions {
    /// The same without what is over.
    fileprivate func unexpired(at time: WorldTime) -> Conditions {
        var left = self
        left.storeDownUntil = end(storeDownUntil, at: time)
        left.wechatDownUntil = end(wechatDownUntil, at: time)
        left.repliesLostUntil = repliesLostUntil.map { end($0, at: time) }
        return left
    }

    private func end(_ moment: WorldTime, at time: WorldTime) -> WorldTime { moment > time ? moment : .never }
}
