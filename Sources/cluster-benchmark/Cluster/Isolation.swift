internal import ClusterObservation
internal import LocalCluster

/// Whether a cluster does its own work in time: what is watched for a while, idle or under load.
struct Isolation: Sendable {
    /// Between one renewal of the lease and the next; so long a leader means to wait, give or take a tenth.
    let renewals: Spread
    /// From Redis's word that something has changed until a follower asks what.
    let reactions: Spread
    let propagation: Spread
    let everywhere: Spread
    /// Renewals that failed, and terms that were won meanwhile: neither should occur.
    let failedRenewals, terms: Int

    /// How often a token is replaced meanwhile.
    private static let rotationPeriod = Duration.milliseconds(500)

    /// Watches a cluster for a while and replaces its apps' tokens in turn.
    init(of cluster: Cluster, for length: Duration, replacing apps: [ClusterPlan.App]) async throws {
        let leader = try await cluster.awaitLeader()
        let checker = Checker(cluster)
        let failedBefore = try await cluster.failedRenewals()
        var rotations: [Rotation] = []
        let monitor = try await RedisMonitor.watching(cluster) {
            let end = ContinuousClock.now + length
            while ContinuousClock.now < end {
                let next = ContinuousClock.now + Self.rotationPeriod
                rotations.append(try await cluster.rotate(apps[rotations.count % apps.count], by: leader))
                try await pace(until: next)
            }
        }
        renewals = Spread(monitor.renewalGaps)
        reactions = Spread(monitor.reactions)
        propagation = Spread(rotations.map(\.propagation))
        everywhere = Spread(rotations.map(\.everywhere))
        failedRenewals = try await cluster.failedRenewals() - failedBefore
        terms = checker.terms
    }

    /// Rows of a table, one a figure.
    func rows(_ manner: String) -> String {
        let spreads = [
            ("from one renewal to the next", renewals), ("a follower asks after Redis's word", reactions),
            ("a new token, leader to followers", propagation), ("a new token, WeChat to every node", everywhere),
        ]
        return spreads.map { "| \($0.0), \(manner) | \($0.1.cells)" }.joined(separator: "\n")
    }
}

extension Cluster {
    /// Renewals of the lease that have failed, by the nodes' own word.
    fileprivate func failedRenewals() async throws -> Int {
        var sum = 0
        for node in nodes {
            let text = try await ask(node.port, .get("/metrics", key: secrets.operate)).body
            guard let match = text.firstMatch(of: /\nwxkeeper_renewals_failed_total (\d+)/) else {
                throw NotMeasured("\(node.name) does not tell how many renewals failed")
            }
            sum += Int(match.1) ?? 0
        }
        return sum
    }
}
