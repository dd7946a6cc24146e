internal import ClusterObservation
internal import LocalCluster
internal import WeChatSimulator

/// When a new token was where.
struct Rotation: Sendable {
    /// From the leader's answer to whoever asked for it until every follower served it too.
    let propagation: Duration
    /// From the moment in which WeChat issued it until every node served it.
    let everywhere: Duration
}

extension Cluster {
    /// Has an operator replace the token of an app, and watches it reach every node.
    func rotate(_ app: ClusterPlan.App, by leader: ClusterNode) async throws -> Rotation {
        let old = try await token(of: app, from: leader.port)
        let last = lastCall
        return try await withThrowingTaskGroup(of: ContinuousClock.Instant.self) { group in
            for node in nodes where node !== leader {
                let (port, key) = (node.port, secrets.shop)
                group.addTask {
                    try await TokenWatch.arrival(after: old, at: "/token?appid=\(app.id)", key: key, port: port)
                }
            }
            let answer = try await operate("refresh", ["appid": app.id], at: leader.port)
            let answered = ContinuousClock.now
            guard answer.status == 200, let token = answer.token, token != old else {
                throw NotMeasured("a refresh of \(app.id) was answered \(answer.status): \(answer.fields.errcode ?? 0)")
            }
            let latest = try await group.reduce(answered) { max($0, $1) }
            return Rotation(propagation: latest - answered, everywhere: latest - (try issue(of: app, after: last)))
        }
    }

    /// When WeChat issued the token that it was asked for after a call.
    private func issue(of app: ClusterPlan.App, after last: Int) throws -> ContinuousClock.Instant {
        let calls = wechat.calls(after: last).filter { $0.appID == app.id && $0.outcome == .issued }
        guard let issued = calls.last?.processedAt else { throw NotMeasured("WeChat issued no token of \(app.id)") }
        // Two clocks of one rate: what lies between them is found by reading both.
        return .now - (wechat.now.sinceStart - issued.sinceStart)
    }
}
