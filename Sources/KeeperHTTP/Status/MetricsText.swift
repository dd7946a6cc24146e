internal import KeeperCore

/// The node's figures in Prometheus's text format, version 0.0.4.
///
/// Everything is this node's own view; of what the cluster shares (tokens, epoch) each node tells its own copy.
struct MetricsText {
    private(set) var text = ""

    init(_ status: NodeStatus) {
        let health = status.health
        gauge("ready", "Whether the node should be asked for tokens.", health.isReady)
        gauge("leader", "Whether the node leads, by its own lease deadline.", health.role == .leader)
        gauge("epoch", "Newest term the node knows.", health.epoch.rawValue)
        gauge("redis_reachable", "Whether Redis answered the last command.", health.isStoreReachable)
        gauge("stale", "Whether the node cannot confirm that it is up to date.", health.isStale)
        gauge("nodes", "Nodes with a living member record.", status.members.count)
        gauge("apps", "Apps kept.", health.appCount)
        gauge("apps_ill", "Apps of which the token or a ticket needs attention.", health.illCount)
        gauge("uptime_seconds", "Time since the node started.", seconds(status.uptime))
        if let age = health.syncAge {
            gauge("sync_age_seconds", "Time since everything known was confirmed.", seconds(age))
        }
        if let left = health.leaseLeft { gauge("lease_left_seconds", "What is left of the lease.", seconds(left)) }
        tell(status.apps)
        tell(status.counters)
    }

    private mutating func tell(_ apps: [AppStatus]) {
        each(apps, "credential_left_seconds", "What is left of a token or ticket; 0 without one.") {
            seconds(($0.left ?? .zero).atLeastZero)
        }
        each(apps, "credential_uncertain", "Whether it may not be the newest.") { $0.isUncertain ? "1" : "0" }
        each(apps, "credential_errcode", "WeChat's code for the last attempt that failed; 0 after a success.") {
            $0.trouble.map { String($0.errcode ?? -1) } ?? "0"
        }
        each(apps, "credential_version", "How many were published.") { String($0.version) }
        each(apps, "external_rotations", "Tokens of it that a program outside the cluster has ended.") {
            String($0.externalRotations?.count ?? 0)
        }
        each(apps, "rotations_today", "Rotating calls begun since midnight UTC.") { String($0.rotationsToday) }
    }

    private mutating func tell(_ counters: Counters) {
        count("ticks", "Ticks sent to Redis.", counters.ticks)
        count("terms", "Terms won.", counters.terms)
        count("refreshes_done", "Tokens and tickets published by this node.", counters.refreshesDone)
        count("refreshes_failed", "Calls that brought none.", counters.refreshesFailed)
        count("unknown_calls", "Calls of unknown outcome.", counters.unknownCalls)
        count("stale_publications", "Publications that came too late.", counters.stalePublications)
        count(
            "external_rotations", "Tokens that somebody outside the cluster had replaced.", counters.externalRotations)
        count("restorations", "Records written back after Redis had lost them.", counters.restorations)
        count("refreshes_asked", "Refreshes asked of this node.", counters.refreshesAsked)
        count("forwards", "Refreshes forwarded to the leader.", counters.forwards)
        count("renewals_failed", "Renewals of the lease that failed.", counters.renewalsFailed)
        count("redis_clock_steps", "Jumps of Redis's clock.", counters.storeClockSteps)
    }

    // MARK: Writing

    private mutating func gauge(_ name: String, _ help: String, _ value: String) {
        head(name, help, "gauge")
        text += "wxkeeper_\(name) \(value)\n"
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
        gauge(name, help, String(value))
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Bool) { gauge(name, help, value ? "1" : "0") }

    /// One sample for each token and ticket.
    private mutating func each(
        _ apps: [AppStatus], _ name: String, _ help: String, _ value: (AppStatus) -> String
    ) {
        guard !apps.isEmpty else { return }
        head(name, help, "gauge")
        for app in apps {
            text += "wxkeeper_\(name){app=\"\(app.app)\",line=\"\(app.line.name)\"} \(value(app))\n"
        }
    }

    private mutating func count(_ name: String, _ help: String, _ value: Int) {
        head(name + "_total", help, "counter")
        text += "wxkeeper_\(name)_total \(value)\n"
    }

    private mutating func head(_ name: String, _ help: String, _ type: String) {
        text += "# HELP wxkeeper_\(name) \(help)\n# TYPE wxkeeper_\(name) \(type)\n"
    }
}

/// Seconds with three decimals.
private func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.atLeastZero.milliseconds
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
}
