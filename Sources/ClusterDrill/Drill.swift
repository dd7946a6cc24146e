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
        name.set(&plan, &promise)
        self.init(name: name, plan: plan, promise: promise, act: name.act)
    }
}

extension DrillName {
    /// What the cluster must be like, and what is promised of it.
    fileprivate func set(_ plan: inout ClusterPlan, _ promise: inout Promise) {
        switch self {
        case .killLeader:
            // Its supervisor gives the lease up the moment it is dead.
            promise = Promise(takeover: .milliseconds(500), refreshGap: .seconds(1))
        case .pauseLeader:
            promise = Promise(takeover: plan.takeoverBound, refreshGap: plan.takeoverBound + .seconds(1))
        case .stepDown, .switchover, .rollingRestart:
            promise = Promise(takeover: .milliseconds(300), refreshGap: .seconds(1))
        case .redisDown, .redisEmpty:
            plan.redisRemembers = self == .redisDown
            promise = Promise(takeover: .seconds(5), countsFrom: "the return of Redis", failedRefreshes: nil)
        case .cutLeaderFromRedis:
            plan.isRelayed = true
            // Callers may reach the node that is cut off, which knows of no leader.
            promise = Promise(takeover: plan.takeoverBound, failedRefreshes: nil)
        case .cutLeaderFromWeChat:
            plan.isRelayed = true
            // The leader cannot ask WeChat whether the reported token lives.
            promise = Promise(takeover: plan.reachabilityBound, failedRefreshes: nil)
        case .weChatDown:
            // Short lives, so that the classic token falls due within half a minute.
            (plan.lifetime, plan.overlap) = (.seconds(48), .seconds(12))
            plan.isRelayed = true
            promise = Promise(failedRefreshes: nil, fetches: 1...2)
        case .stampede:
            // A young token may be replaced soon; it is nobody's but the stampede's.
            (plan.lifetime, plan.overlap) = (.seconds(100), .seconds(20))
            plan.apps.append(.init("wx-reported", .classic, isRead: false))
            promise.fetches = 1...1
        }
    }

    fileprivate var act: @Sendable (DrillScene) async throws -> Void {
        switch self {
        case .killLeader: { try await $0.killLeader() }
        case .pauseLeader: { try await $0.pauseLeader() }
        case .stepDown: { try await $0.stepDown() }
        case .switchover: { try await $0.switchOver() }
        case .redisDown, .redisEmpty: { try await $0.killRedis() }
        case .cutLeaderFromRedis: { try await $0.cutLeaderFromRedis() }
        case .cutLeaderFromWeChat: { try await $0.cutLeaderFromWeChat() }
        case .weChatDown: { try await $0.weChatDown() }
        case .stampede: { try await $0.stampede() }
        case .rollingRestart: { try await $0.rollingRestart() }
        }
    }
}
