internal import KeeperCore

/// The promises with a time in them. They hold where faults come one at a time: in a gentle world.
extension World {
    /// Some node leads, or the last one was lost no longer ago than it takes to see its lease run out (I6).
    mutating func checkLed() {
        let isLed = nodes.contains { node in
            node.isAlive && node.gate.epoch != nil && node.clock.instant(at: time) < node.gate.validUntil
        }
        if isLed || time < conditions.storeDownUntil { wasLedAt = time }
        guard time - wasLedAt > longestInterregnum else { return }
        violate(.leaderless, "since \(decimal(wasLedAt.seconds))")
        wasLedAt = time
    }

    /// L′ from the last renewal that anybody saw, which was a tick ago at most; then a tick, and an acquire that may
    /// need its second try; all by clocks that are up to 1 % slow, looked at every 0.4 s.
    private var longestInterregnum: Double {
        let timing = settings.timing
        let longest = timing.observation + timing.tickPeriod + timing.tickPeriod + timing.commandTimeout
        return longest.inSeconds * 1.02 + 0.4
    }

    /// Whoever asks with patience is answered within the hold; unless the node that was asked, or the one that
    /// asked WeChat for it, stood still, or that node was the one cut off, or the app's secret is wrong.
    mutating func checkGentleAnswer(_ answer: RefreshAnswer, _ waiter: Waiter, _ node: Int) {
        // A cluster that begins with nothing waits as after amnesia, for about as long as a caller is held.
        guard waiter.askedAt > .seconds(20), case .unavailable(let reason, _) = answer,
            !wechat.accounts[waiter.app].isMisconfigured, nodes[node].pausedUntil < waiter.askedAt,
            nodes[node].leavingSince == nil, conditions.partitionedUntil[node] < waiter.askedAt
        else { return }
        let anyoneStood = nodes.contains { $0.pausedUntil >= waiter.askedAt }
        if case .wechatUnreachable = reason, anyoneStood { return }
        violate(
            .refreshFailed,
            "\(nodes[node].name) \(apps[waiter.app]), asked at \(decimal(waiter.askedAt.seconds)): \(reason)")
    }
}
