internal import ClusterObservation
internal import LocalCluster

/// What Redis was told by its nodes and when, by its own word: `MONITOR`.
struct RedisMonitor: Sendable {
    /// One line of it.
    private struct Line {
        /// Of Redis's clock.
        let at: Duration
        /// The connection; nil of what a script does.
        let caller: Substring?
        let words: Substring

        /// Such as `1690000000.123456 [0 127.0.0.1:5000] "EVALSHA" …`; a script's lines have `lua` for an address.
        init?(_ text: Substring) {
            guard let match = text.wholeMatch(of: /(\d+)\.(\d{6}) \[\d+ (\S+)\] (.*)/) else { return nil }
            at = .seconds(Int(match.1) ?? 0) + .microseconds(Int(match.2) ?? 0)
            caller = match.3 == "lua" ? nil : match.3
            words = match.4
        }
    }

    private let lines: [Line]

    /// Watches while `body` runs.
    static func watching(_ cluster: Cluster, _ body: () async throws -> Void) async throws -> RedisMonitor {
        let monitor = try await cluster.children.start(
            "redis-cli", ["-p", "\(cluster.redis.port)", "monitor"], name: "monitor")
        try await eventually("Redis shows what it is told") { monitor.output.hasPrefix("OK") }
        try await body()
        try await monitor.stop(within: .seconds(5))
        return RedisMonitor(monitor.output)
    }

    init(_ text: String) { lines = text.split(separator: "\n").compactMap { Line($0) } }

    /// Between one renewal of the lease and the next.
    var renewalGaps: [Duration] {
        let renewals = lines.filter {
            $0.caller == nil && $0.words.hasPrefix("\"HINCRBY\"") && $0.words.contains(":lease\" \"sequence\"")
        }
        return zip(renewals.dropFirst(), renewals).map { $0.at - $1.at }
    }

    /// From each word of Redis that something has changed until each other node asks what it is.
    var reactions: [Duration] {
        var reactions: [Duration] = []
        var lastCaller: Substring?
        // When Redis passed the word on, and who has asked since or told it.
        var word: (at: Duration, known: Set<Substring>)?
        for line in lines {
            if let caller = line.caller, line.words.hasPrefix("\"EVALSHA\"") {
                lastCaller = caller
                guard let at = word?.at, word?.known.insert(caller).inserted ?? false else { continue }
                reactions.append(line.at - at)
            } else if line.caller == nil, line.words.hasPrefix("\"PUBLISH\"") {
                word = (line.at, Set([lastCaller].compactMap(\.self)))
            }
        }
        return reactions
    }
}
