internal import LocalCluster
internal import WeChatSimulator

/// A fault that can be rehearsed on a private cluster: what is done, and what is promised while it lasts.
struct Drill: Sendable {
    let name: DrillName
    let plan: ClusterPlan
    let promise: Promise
    /// Does the fault, waits for what must follow, and undoes it.
    ///
    /// Whatever ends it early is undone by whoever runs it.
    let act: @Sendable (DrillScene) async throws -> Void
}

extension Drill {
    init(_ name: DrillName) {
        var plan = ClusterPlan()
        plan.isSupervised = true
        var promise = Promise()
        let act: @Sendable (DrillScene) async throws -> Void
        switch name {
        case .killLeader:
            // Its supervisor gives the lease up the moment it is dead.
            promise.takeover = .milliseconds(500)
            promise.refreshGap = .seconds(1)
            act = { try await $0.killLeader() }
        case .pauseLeader:
            promise.takeover = plan.takeoverBound
            promise.refreshGap = plan.takeoverBound + .seconds(1)
            act = { try await $0.pauseLeader() }
        case .stepDown, .switchover:
            promise.takeover = .milliseconds(300)
            promise.refreshGap = .seconds(1)
            act = { name == .stepDown ? try await $0.stepDown() : try await $0.switchOver() }
        case .redisDown, .redisEmpty:
            plan.redisRemembers = name == .redisDown
            promise = .afterRedis
            act = { try await $0.killRedis() }
        case .cutLeaderFromRedis:
            plan.isRelayed = true
            promise.takeover = plan.takeoverBound
            // Callers may reach the node that is cut off, which knows of no leader.
            promise.failedRefreshes = nil
            act = { try await $0.cutLeaderFromRedis() }
        case .cutLeaderFromWeChat:
            plan.isRelayed = true
            promise.takeover = plan.fitnessBound
            // The leader cannot ask WeChat whether the reported token lives.
            promise.failedRefreshes = nil
            act = { try await $0.cutLeaderFromWeChat() }
        case .weChatDown:
            // Short lives, so that the classic token falls due within half a minute.
            plan.lifetime = .seconds(48)
            plan.overlap = .seconds(12)
            plan.isRelayed = true
            promise.failedRefreshes = nil
            promise.fetches = 1...2
            act = { try await $0.weChatDown() }
        case .stampede:
            // A young token may be replaced soon; it is nobody's but the stampede's.
            plan.lifetime = .seconds(100)
            plan.overlap = .seconds(20)
            plan.apps.append(.init("wx-reported", .classic, isRead: false))
            promise.fetches = 1...1
            act = { try await $0.stampede() }
        case .rollingRestart:
            promise.takeover = .milliseconds(300)
            promise.refreshGap = .seconds(1)
            act = { try await $0.rollingRestart() }
        }
        self.init(name: name, plan: plan, promise: promise, act: act)
    }
}

extension Promise {
    fileprivate static var afterRedis: Promise {
        Promise(takeover: .seconds(5), countsFrom: "the return of Redis", failedRefreshes: nil)
    }
}
