internal import KeeperCore
internal import KeeperHTTP

/// What a configuration means, in a few lines for the operator who wrote it.
///
/// Holds no secret.
package struct ConfigurationSummary: CustomStringConvertible {
    let configuration: Configuration

    /// What `configuration` means.
    package init(configuration: Configuration) { self.configuration = configuration }

    package var description: String {
        let rows = [
            ("cluster", cluster), ("node", node), ("lease", lease), ("wechat", wechat), ("apps", apps),
            ("clients", clients), ("alarms", alarms),
        ]
        return rows.map(Self.row).joined(separator: "\n")
    }

    /// One line of the summary.
    package static func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: 9 - name.count) + text
    }

    private var cluster: String {
        let redis = configuration.cluster.redis
        let identity = redis.password == nil ? "without a password" : "as \(redis.user ?? "the default user")"
        return "\(configuration.cluster.name), in Redis at \(redis.address), database \(redis.database), \(identity)"
    }

    private var node: String {
        let node = configuration.node
        return "\(node.id), listens on \(node.listen), reached by others at \(node.advertise), "
            + "drains for \(DurationText.write(node.drain))"
    }

    private var lease: String {
        let timing = configuration.cluster.timing
        let times = [timing.ttl, timing.renewalPeriod, timing.tickPeriod, timing.commandTimeout, timing.hold]
            .map(DurationText.write)
        return "\(times[0]), renewed every \(times[1]); tick \(times[2]), Redis command \(times[3]); "
            + "a refresh waits up to \(times[4]) for a leader"
    }

    private var wechat: String {
        let wechat = configuration.wechat
        let watch = wechat.watch == .zero ? "not watched" : "watched every \(DurationText.write(wechat.watch))"
        let fallbacks = wechat.fallbackURLs.map { ", or \($0)" }.joined()
        return "\(wechat.baseURL)\(fallbacks), calls of at most \(DurationText.write(wechat.timeout)); "
            + "overlap \(DurationText.write(wechat.overlap)); classic tokens \(watch)"
    }

    private var apps: String {
        let count = configuration.apps.count
        let classic = configuration.apps.count { $0.api == .classic }
        let mirrored = configuration.apps.count { !$0.mirrors.isEmpty }
        let mirrors = mirrored == 0 ? "" : "; tokens of \(mirrored) mirrored under other keys in Redis"
        return "\(count)" + (count == 0 ? "" : " (\(count - classic) stable, \(classic) classic)") + mirrors
    }

    private var alarms: String {
        configuration.alarms.map { "posted as \($0.format.rawValue) to a webhook (not shown)" } ?? "not posted"
    }

    private var clients: String {
        let count = configuration.clients.count
        let rights = Configuration.Scope.allCases.map { scope in
            "\(configuration.clients.count { $0.scopes.contains(scope) }) \(scope.rawValue)"
        }
        return "\(count)" + (count == 0 ? "" : " (\(rights.joined(separator: ", ")))")
    }
}
