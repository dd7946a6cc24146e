package import ClusterObservation
internal import WeChatSimulator

extension Timeline {
    /// Adds what WeChat saw.
    package mutating func add(_ cluster: Cluster, since start: ContinuousClock.Instant, revoked: [String: Duration]) {
        let wechat = cluster.wechat
        // Two clocks of one rate: what lies between them is found by reading both.
        let lag = wechat.now.sinceStart - (.now - start)
        let records = wechat.calls()
        calls = records.compactMap { record in
            let at = record.startedAt.sinceStart - lag
            guard at >= .zero, at <= length else { return nil }
            return Call(
                at: at, app: record.appID ?? "", node: record.caller.node ?? "",
                isFetch: record.endpoint.bringsToken, hasIssued: record.outcome == .issued)
        }
        for app in cluster.plan.apps {
            let issues = records.filter {
                $0.appID == app.id && $0.endpoint == app.endpoint && $0.outcome == .issued
            }
            for (index, issue) in issues.enumerated() {
                guard let born = issue.processedAt.map({ $0.sinceStart - lag }) else { continue }
                let next = index + 1 < issues.count ? issues[index + 1].processedAt.map { $0.sinceStart - lag } : nil
                let replaced = min(next ?? length, born + cluster.plan.lifetime)
                var end = next.map { $0 + cluster.plan.overlap } ?? born + cluster.plan.lifetime
                if let revoked = revoked[app.id], born < revoked { end = min(end, revoked) }
                add(
                    Life(
                        app: app.id, fingerprint: issue.fingerprint ?? "", from: born, replaced: min(replaced, end),
                        to: end))
            }
        }
    }
}

extension LeaderWatch {
    /// Asks every node of a cluster until this task is cancelled.
    package func run(on cluster: Cluster) async {
        await run(on: cluster.nodes.map { Node(name: $0.name, host: $0.host, port: $0.port) })
    }
}
