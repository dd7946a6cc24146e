import ClusterObservation
import LocalCluster

extension Cluster {
    /// Reports `token` at a node as a sensible client does: again when the time has passed that it is told to wait.
    ///
    /// - Returns: the token that it is given in its place.
    func replacement(
        of token: String,
        of app: ClusterPlan.App,
        at node: ClusterNode,
        within limit: Duration
    ) async throws -> String {
        let deadline = ContinuousClock.now + limit
        while true {
            let answer = try await refresh(app, reporting: token, at: node.port)
            if answer.status == 200, let other = answer.token, other != token { return other }
            let left = deadline - .now
            guard left > .zero else {
                throw NotInTime(description: "\(node.name) gives another token of \(app.id): \(answer.status)")
            }
            // Who is told that it lives is refused by WeChat again before the next report.
            try await hold("the caller waits", for: min(left, .seconds(answer.retryAfter ?? 1)))
        }
    }

    /// The same at every node at once.
    ///
    /// - Returns: the tokens that their callers were given.
    func replacements(
        of token: String,
        of app: ClusterPlan.App,
        within limit: Duration
    ) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: String.self) { group in
            for node in nodes {
                group.addTask { try await replacement(of: token, of: app, at: node, within: limit) }
            }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
    }
}
