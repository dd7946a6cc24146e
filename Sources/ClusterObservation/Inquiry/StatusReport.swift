/// The body of `GET /status`, as far as the table shows it.
///
/// What a newer node adds is passed over.
package struct StatusReport: Decodable, Sendable {
    package var node: Node
    package var leader: String?
    package var epoch: UInt64
    package var ready: Bool
    package var reasons: [String]
    package var redis: String
    /// Why it refuses; older nodes do not say it.
    package var redisReason: String?
    /// What was found there as no node has written it.
    package var redisSpoiled: [String]?
    package var syncAgeMs: Int?
    package var stale: Bool
    /// What is left of a maintenance pause.
    package var pausedMs: Int?
    package var nodes: [Member]
    package var apps: [App]
    package var counters: Counters

    package struct Node: Decodable, Sendable {
        package var name: String
        package var role: String
        package var leaseLeftMs: Int?
    }

    package struct Member: Decodable, Sendable {
        package var name: String
        package var address: String
        package var epochSeen: UInt64
        package var draining: Bool
        package var leader: Bool
        /// Whether it reaches WeChat; older nodes do not say it.
        package var wechat: String?
        /// What is wrong with it, as the node sees it that answers.
        package var trouble: String?
    }

    package struct App: Decodable, Sendable {
        package var appid: String
        package var line: String
        package var well: Bool
        /// How many tokens of it were published.
        package var version: UInt64?
        package var secondsLeft: Int?
        package var ageSeconds: Int?
        package var uncertain: Bool
        package var trouble: Trouble?
    }

    package struct Trouble: Decodable, Sendable {
        package var errcode: Int?
        package var summary: String
    }

    package struct Counters: Decodable, Sendable {
        package var refreshesDone: Int
        package var refreshesFailed: Int
    }
}

extension StatusReport {
    /// The report for a person.
    ///
    /// Every text in it came from afar and is made harmless by whoever prints it.
    package var table: String {
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
                app.appid, app.line, app.well ? "well" : app.uncertain ? "uncertain" : "ILL",
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
