internal import ClusterObservation
internal import LocalCluster
internal import WeChatSimulator

/// What many reports of one dead token came to.
struct Stampede: Sendable {
    /// How long each caller waited, the connection included.
    let waits: Spread
    /// From the first report to the last answer.
    let whole: Duration
    /// Calls to WeChat meanwhile, and those of them that fetched a token.
    let calls, fetches: Int
}

extension Cluster {
    /// WeChat drops a token, and so many callers report it at once through all nodes.
    func stampede(_ app: ClusterPlan.App, callers: Int) async throws -> Stampede {
        let old = try await token(of: app, from: nodes[0].port)
        let checker = Checker(self)
        try wechat.revoke(app.id, line: app.line)
        let start = ContinuousClock.now
        let answers = try await withThrowingTaskGroup(of: (token: String?, wait: Duration).self) { group in
            for number in 0..<callers {
                let port = nodes[number % nodes.count].port
                group.addTask {
                    let asked = ContinuousClock.now
                    return (try await refresh(app, reporting: old, at: port).token, .now - asked)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let whole = ContinuousClock.now - start
        let tokens = Set(answers.map(\.token))
        guard tokens.count == 1, let new = tokens.first ?? nil, new != old else {
            throw NotMeasured("the callers got \(tokens.count) different answers instead of one new token")
        }
        let calls = checker.calls
        return Stampede(
            waits: Spread(answers.map(\.wait)), whole: whole, calls: calls.count,
            fetches: calls.count { $0.endpoint.bringsToken })
    }
}
