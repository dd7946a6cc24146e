internal import KeeperCore

/// What a search may let go wrong, each at most once in a scenario.
///
/// What is not chosen goes well and at once.
enum Deviation: Int, CaseIterable, Sendable {
    /// The leader dies, or the other node; it starts again half a second later.
    case killLeader, killOther
    /// The leader dies and its parent says so.
    case killWatchedLeader
    /// The leader stands still for longer than a lease, or the other node does.
    case pauseLeader, pauseOther
    /// The leader is asked to step down.
    case stepDown
    /// The store forgets: everything, the lock, the lease's record, the credential's record.
    case storeWiped, lockDeleted, leaseDeleted, recordDeleted
    /// The store's server is started again from a copy that is a second old.
    case storeRolledBack
    /// The store's clock is set an hour forward, or back.
    case storeClockForward, storeClockBack
    /// A command runs, and its answer is lost, or comes just in time.
    case replyLost, replySlow
    /// A command runs long after its sender has given it up.
    case commandLate
    /// A call is processed as late as WeChat may be, after its caller has given it up.
    case callLate
    /// A call is processed, and its answer is lost.
    case answerLost

    /// Its bit in a `DeviationSet`.
    var bit: DeviationSet { 1 << DeviationSet(rawValue) }
}

/// Which deviations a scenario contains already.
typealias DeviationSet = UInt32

extension World {
    /// Seconds for which a node that is to stand still does: longer than a lease and its guard.
    private static let longPause = 3.0
    /// Seconds by which a late command is late: longer than a token is good for.
    private static let longDelay = 2.5

    /// The scenario in which `deviation` happens now, `event` being next; nil if it cannot, or would be no different.
    func deviating(by deviation: Deviation, before event: WorldEvent) -> World? {
        var world = self
        switch deviation {
        case .killLeader, .killOther, .killWatchedLeader, .pauseLeader, .pauseOther, .stepDown:
            guard world.strikeNode(deviation) else { return nil }
        case .storeWiped: world.strikeStore(.storeWiped)
        case .lockDeleted:
            guard redis.contents.lock != nil else { return nil }
            world.strikeStore(.lockDeleted)
        case .leaseDeleted:
            guard redis.contents.lease != nil else { return nil }
            world.strikeStore(.leaseDeleted)
        case .recordDeleted:
            guard !redis.contents.credentials.isEmpty else { return nil }
            world.strikeStore(.recordDeleted)
        case .storeRolledBack: world.restartStore(rollingBackTo: 1)
        case .storeClockForward: world.setStoreClock(by: 3600)
        case .storeClockBack: world.setStoreClock(by: -3600)
        case .replyLost, .replySlow, .commandLate:
            guard case .storeReceives(let request) = event, request.value.isAwaited else { return nil }
            _ = world.queue.take()
            world.disturb(request.value, deviation)
        case .callLate, .answerLost:
            guard case .wechatReceives(let request) = event, case .fetch = request.content else { return nil }
            _ = world.queue.take()
            world.disturb(request, deviation)
        }
        return world
    }

    private mutating func strikeNode(_ deviation: Deviation) -> Bool {
        guard let leader = nodes.firstIndex(where: { $0.isAlive && $0.gate.epoch != nil }) else { return false }
        let node = deviation == .killOther || deviation == .pauseOther ? 1 - leader : leader
        guard nodes[node].isAlive, time >= nodes[node].pausedUntil else { return false }
        switch deviation {
        case .killWatchedLeader:
            queue.push(.reportDeath(nodes[node].holder, node: node), at: time)
            kill(node, restartsAfter: 0.5)
        case .killLeader, .killOther: kill(node, restartsAfter: 0.5)
        case .stepDown: push(.event(.handoverAsked(to: nil)), to: node, nodes[node].life, after: 0)
        default: pause(node, for: Self.longPause)
        }
        return true
    }

    /// Lets a command run, but not as its sender hopes.
    private mutating func disturb(_ request: StoreRequest, _ deviation: Deviation) {
        switch deviation {
        case .replyLost:
            conditions.repliesLostUntil[request.node] = WorldTime(nanoseconds: time.nanoseconds + 1)
            happen(.storeReceives(Shared(request)))
        case .replySlow:
            happen(.storeReceives(Shared(request)))
            // By all that the sender will bear, less one moment.
            let latest = request.deadline - time - 2 * Search.grainSeconds
            queue.postpone(by: latest) { $0.isAnswer(to: request.id, at: request.node) }
        default:
            var stray = request
            stray.isAwaited = false
            lose(request, isLease: request.isLease)
            queue.push(.storeReceives(Shared(stray)), at: time + Self.longDelay)
        }
    }

    /// Lets WeChat process a call, but not as its caller hopes.
    private mutating func disturb(_ request: WeChatRequest, _ deviation: Deviation) {
        switch deviation {
        case .answerLost:
            conditions.wechatDownUntil = WorldTime(nanoseconds: time.nanoseconds + 1)
            happen(.wechatReceives(request))
        default:
            queue.push(.wechatReceives(request), at: request.deadline + 0.9 * settings.timing.lateness.inSeconds)
        }
    }
}

extension WorldEvent {
    fileprivate func isAnswer(to id: RequestID, at node: Int) -> Bool {
        guard case .deliver(node, _, let delivery) = self else { return false }
        switch delivery {
        case .leaseAnswered(let answer): return answer.value.id == id
        case .leaseFailed(id, _), .credentialAnswered(id, _): return true
        default: return false
        }
    }
}
