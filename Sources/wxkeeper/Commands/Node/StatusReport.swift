/// The body of `GET /status`, as far as the table shows it.
///
/// What a newer node adds is passed over.
struct StatusReport: Decodable {
    var node: Node
    var leader: String?
    var epoch: UInt64
    var ready: Bool
    var reasons: [String]
    var redis: String
    /// Why it refuses; older nodes do not say it.
    var redisReason: String?
    /// What was found there as no node has written it.
    var redisSpoiled: [String]?
    var syncAgeMs: Int?
    var stale: Bool
    /// What is left of a maintenance pause.
    var pausedMs: Int?
    var nodes: [Member]
    var apps: [App]
    var counters: Counters

    struct Node: Decodable {
        var name: String
        var role: String
        var leaseLeftMs: Int?
    }

    struct Member: Decodable {
        var name: String
        var address: String
        var epochSeen: UInt64
        var draining: Bool
        var leader: Bool
        /// Whether it reaches WeChat; older nodes do not say it.
        var wechat: String?
        /// What is wrong with it, as the node sees it that answers.
        var trouble: String?
    }

    struct App: Decodable {
        var appid: String
        var line: String
        var well: Bool
        /// How many tokens of it were published.
        var version: UInt64?
        var secondsLeft: Int?
        var ageSeconds: Int?
        var inDoubt: Bool
        var trouble: Trouble?
    }

    struct Trouble: Decodable {
        var errcode: Int?
        var summary: String
    }

    struct Counters: Decodable {
        var refreshesDone: Int
        var refreshesFailed: Int
    }
}

extension StatusReport {
    /// The report for a person.
    ///
    /// Every text in it came from afar and is made harmless by whoever prints it.
    var table: String {
        [heading, nodeTable, appTable].joined(separator: "\n\n")
    }

    private var heading: String {
        let lease = node.leaseLeftMs.map { ", lease for \($0) ms" } ?? ""
        let sync = syncAgeMs.map { ", in step \($0) ms ago" } ?? ""
        let spoiled = redisSpoiled.flatMap { $0.isEmpty ? nil : "; SPOILED: " + $0.joined(separator: ", ") } ?? ""
        let trouble = (redisReason.map { ": \($0)" } ?? "") + spoiled
        let readiness = ready ? "ready" : "NOT READY (\(reasons.joined(separator: ", ")))"
        let pause = pausedMs.map { "; TAKEOVERS PAUSED for \($0 / 1000) s" } ?? ""
        return """
            leader  \(leader ?? "none"), epoch \(epoch)\(pause)
            seen by \(node.name), \(node.role)\(lease), \(readiness)\(stale ? ", stale" : "")
            redis   \(redis)\(sync)\(trouble)
            done    \(counters.refreshesDone) refreshes, \(counters.refreshesFailed) failed
            """
    }

    private var nodeTable: String {
        let rows = nodes.map { member in
            let state = (member.leader ? "leader" : "follower") + (member.draining ? ", draining" : "")
            return [member.name, state, "\(member.epochSeen)", member.wechat ?? "-", member.address]
        }
        let table = Table(heading: ["NODE", "ROLE", "EPOCH", "WECHAT", "ADDRESS"], rows: rows).text
        // May name many apps, so it stands in no column.
        return ([table] + nodes.compactMap { node in node.trouble.map { "\(node.name): \($0)" } })
            .joined(separator: "\n")
    }

    private var appTable: String {
        let rows = apps.map { app in
            [
                app.appid, app.line, app.well ? "well" : app.inDoubt ? "in doubt" : "ILL",
                app.secondsLeft.map { "\($0) s" } ?? "-", app.ageSeconds.map { "\($0) s ago" } ?? "-",
                app.trouble?.summary ?? "",
            ]
        }
        return Table(heading: ["APP", "API", "STATE", "LEFT", "REFRESHED", "LAST ERROR"], rows: rows).text
    }
}

/// Columns as wide as their widest text.
struct Table {
    var heading: [String]
    /// Each as long as the heading.
    var rows: [[String]]

    var text: String {
        let lines = [heading] + rows
        let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = zip(line, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }
            return Self.withoutTrailingSpaces(cells.joined(separator: "  "))
        }.joined(separator: "\n")
    }

    private static func withoutTrailingSpaces(_ line: String) -> Substring {
        line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)]
    }
}
